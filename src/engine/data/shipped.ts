/** The datasets that ship with the page, under `datasets/<name>/`. The first is the one it begins with. */
export interface Shipped {
  readonly name: string;
  readonly title: string;
  /** What it is, for somebody who chooses. */
  readonly about: string;
  /** Whether completions of published models come with it. */
  readonly completions: boolean;
  /** The dataset whose database its questions ask; its own unless given. */
  readonly database?: string;
}

export const SHIPPED: readonly [Shipped, ...Shipped[]] = [
  { name: 'shop', title: 'Demo shop', about: 'Orders, products and customers of a made-up shop.', completions: false },
  {
    name: 'shop_money',
    title: 'Money in the shop',
    about: 'Twenty things to ask about the revenue of the demo shop, each in five wordings: the first lesson’s.',
    completions: false,
    database: 'shop',
  },
  {
    name: 'concert_singer',
    title: 'Concerts and singers',
    about:
      'A database of the Spider dataset; 45 questions, each with the answers of 29 or 30 published language models.',
    completions: true,
  },
];
