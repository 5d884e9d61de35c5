/** What the shop sells. Prices are today's list prices in cents, all different. */
export interface CatalogueEntry {
  readonly name: string;
  readonly category: string;
  readonly supplier: string;
  readonly priceCents: number;
  /** Relative demand; 0 means that it was never sold. */
  readonly demand: number;
  /** Mean of the ratings it draws, 1 to 5. */
  readonly appeal: number;
  readonly launched: string;
  readonly discontinuedOn?: string;
}

export interface Category {
  readonly name: string;
  /** Demand by calendar month, January first. */
  readonly season: readonly number[];
}

const EVEN = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
export const CATEGORIES: readonly Category[] = [
  { name: 'Kitchen', season: EVEN },
  { name: 'Coffee & Tea', season: [1.3, 1.2, 1, 0.9, 0.8, 0.7, 0.7, 0.8, 1, 1.2, 1.3, 1.3] },
  { name: 'Garden', season: [0.3, 0.6, 1.6, 2.4, 2.4, 1.9, 1.4, 1, 0.8, 0.5, 0.3, 0.3] },
  { name: 'Lighting', season: [1.1, 1, 0.8, 0.7, 0.6, 0.6, 0.6, 0.7, 1, 1.5, 1.8, 1.8] },
  { name: 'Stationery', season: [1.3, 0.8, 0.8, 0.8, 0.8, 0.8, 1, 1.7, 1.6, 0.9, 1, 1.3] },
  { name: 'Outdoor', season: [0.5, 0.6, 0.9, 1.2, 1.7, 2, 2, 1.6, 1, 0.7, 0.6, 0.7] },
  { name: 'Bath', season: EVEN },
  { name: 'Toys', season: [0.6, 0.6, 0.7, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 1, 2, 2.8] },
];

function entry(
  category: string,
  supplier: string,
  name: string,
  priceCents: number,
  demand: number,
  appeal: number,
  launched: string,
  discontinuedOn?: string,
): CatalogueEntry {
  const sold = { category, supplier, name, priceCents, demand, appeal, launched };
  return discontinuedOn === undefined ? sold : { ...sold, discontinuedOn };
}

export const CATALOGUE: readonly CatalogueEntry[] = [
  entry('Kitchen', 'Ironmoor Foundry', 'Cast Iron Skillet', 5490, 30, 4.7, '2021-03-01'),
  entry('Kitchen', 'Ironmoor Foundry', 'Enamel Stockpot', 7950, 9, 4.3, '2021-03-01'),
  entry('Kitchen', 'Ironmoor Foundry', 'Chef Knife', 8990, 16, 4.6, '2021-09-15'),
  entry('Kitchen', 'Waldkontor', 'Bamboo Cutting Board', 2490, 24, 4.2, '2021-03-01'),
  entry('Kitchen', 'Casa Azulejo', 'Ceramic Mixing Bowl', 2990, 13, 4.4, '2021-06-10'),
  entry('Kitchen', 'Waldkontor', 'Silicone Spatula Set', 1450, 18, 3.6, '2022-02-01'),
  entry('Kitchen', 'Lumenhaus', 'Digital Kitchen Scale', 3250, 11, 3.4, '2022-05-20'),
  entry('Kitchen', 'Casa Azulejo', 'Olive Wood Salad Servers', 1990, 7, 4.5, '2025-03-03'),
  entry('Coffee & Tea', 'Torrefazione Sestri', 'French Press', 3490, 28, 4.5, '2021-03-01'),
  entry('Coffee & Tea', 'Torrefazione Sestri', 'Pour-Over Kettle', 6450, 12, 4.6, '2021-10-01'),
  entry('Coffee & Tea', 'Torrefazione Sestri', 'Hand Coffee Grinder', 7490, 14, 4.1, '2021-10-01'),
  entry('Coffee & Tea', 'Casa Azulejo', 'Espresso Cup Set', 2790, 17, 4.4, '2022-01-15'),
  entry('Coffee & Tea', 'Casa Azulejo', 'Loose Leaf Teapot', 4290, 8, 4.2, '2022-01-15'),
  entry('Coffee & Tea', 'Torrefazione Sestri', 'Travel Mug', 2250, 15, 3.8, '2022-08-01'),
  entry('Coffee & Tea', 'Torrefazione Sestri', 'Matcha Whisk', 1690, 0, 4, '2025-06-01'),
  entry('Garden', 'Verde Collina', 'Pruning Shears', 2690, 13, 4.5, '2021-03-01'),
  entry('Garden', 'Verde Collina', 'Watering Can', 3190, 15, 4.3, '2021-03-01'),
  entry('Garden', 'Verde Collina', 'Herb Planter', 1890, 19, 4, '2021-03-01'),
  entry('Garden', 'Verde Collina', 'Garden Trowel', 1290, 14, 4.4, '2021-03-01'),
  entry('Garden', 'Waldkontor', 'Bird Feeder', 2390, 9, 3.9, '2024-03-15'),
  entry('Garden', 'Waldkontor', 'Folding Garden Chair', 6990, 7, 3.3, '2022-04-01'),
  entry('Garden', 'Lumenhaus', 'Solar Path Light', 1750, 16, 3.1, '2023-03-15'),
  entry('Lighting', 'Lumenhaus', 'Desk Lamp', 5990, 20, 4.3, '2021-03-01'),
  entry('Lighting', 'Lumenhaus', 'Bedside Lamp', 4490, 14, 4.2, '2021-03-01'),
  entry('Lighting', 'Lumenhaus', 'Floor Lamp', 12900, 8, 4.4, '2021-11-01'),
  entry('Lighting', 'Papeterie du Quai', 'Paper Lantern', 1590, 12, 3.7, '2022-09-01'),
  entry('Lighting', 'Lumenhaus', 'String Lights', 2190, 21, 4, '2021-09-01'),
  entry('Lighting', 'Lumenhaus', 'LED Strip', 1950, 7, 2.9, '2022-09-01', '2024-12-31'),
  entry('Stationery', 'Papeterie du Quai', 'Leather Notebook', 2850, 22, 4.6, '2021-03-01'),
  entry('Stationery', 'Papeterie du Quai', 'Fountain Pen', 4790, 10, 4.5, '2021-05-01'),
  entry('Stationery', 'Papeterie du Quai', 'Sketchbook', 1390, 17, 4.3, '2021-05-01'),
  entry('Stationery', 'Waldkontor', 'Desk Organiser', 3690, 8, 3.9, '2022-03-01'),
  entry('Stationery', 'Papeterie du Quai', 'Wall Calendar', 1190, 11, 4.1, '2022-10-01'),
  entry('Stationery', 'Papeterie du Quai', 'Brass Pencil Sharpener', 990, 0, 4, '2024-11-15'),
  entry('Outdoor', 'Fjordline Outdoor', 'Two-Person Tent', 18900, 7, 4.5, '2021-04-01'),
  entry('Outdoor', 'Fjordline Outdoor', 'Sleeping Bag', 10950, 9, 4.4, '2021-04-01'),
  entry('Outdoor', 'Fjordline Outdoor', 'Trekking Poles', 6490, 10, 4.3, '2021-04-01'),
  entry('Outdoor', 'Fjordline Outdoor', 'Daypack', 8490, 24, 4.6, '2023-08-01'),
  entry('Outdoor', 'Fjordline Outdoor', 'Camp Stove', 5790, 8, 4, '2022-04-15'),
  entry('Outdoor', 'Lumenhaus', 'Camping Lantern', 3390, 11, 3.8, '2022-04-15'),
  entry('Outdoor', 'Fjordline Outdoor', 'Travel Mug', 2650, 13, 4.4, '2023-05-02'),
  entry('Outdoor', 'Fjordline Outdoor', 'Inflatable Kayak', 24900, 3, 3.5, '2025-05-01'),
  entry('Bath', 'Bohemia Textil', 'Cotton Bath Towel', 2290, 26, 4.4, '2021-03-01'),
  entry('Bath', 'Bohemia Textil', 'Bamboo Bath Mat', 3590, 10, 4, '2021-08-01'),
  entry('Bath', 'Casa Azulejo', 'Soap Dish', 1090, 12, 4.1, '2021-08-01'),
  entry('Bath', 'Bohemia Textil', 'Linen Robe', 11900, 0, 4, '2024-02-01', '2024-10-31'),
  entry('Bath', 'Waldkontor', 'Shower Caddy', 4190, 6, 3.2, '2022-06-01', '2025-03-31'),
  entry('Toys', 'Klikkerhout Toys', 'Wooden Train Set', 7250, 14, 4.7, '2021-03-01'),
  entry('Toys', 'Klikkerhout Toys', 'Building Blocks', 3990, 18, 4.6, '2021-03-01'),
  entry('Toys', 'Klikkerhout Toys', 'Stacking Rings', 1790, 9, 4.2, '2021-10-01'),
  entry('Toys', 'Papeterie du Quai', 'Puzzle Map of Europe', 2590, 13, 4.5, '2021-10-01'),
  entry('Toys', 'Bohemia Textil', 'Plush Bear', 2950, 15, 4.3, '2022-09-01'),
  entry('Toys', 'Klikkerhout Toys', 'Kite', 2090, 5, 3.7, '2022-03-01', '2024-09-30'),
  entry('Toys', 'Klikkerhout Toys', 'Marble Run Deluxe', 9490, 0, 4, '2025-11-20'),
];

/** What buyers write, by rating. */
export const COMMENTS: Readonly<Record<1 | 2 | 3 | 4 | 5, readonly string[]>> = {
  1: ['Broke after a week', 'Arrived damaged, very disappointed', 'Not as described'],
  2: ['Feels cheap for the price', 'Smaller than expected', 'Stopped working too soon'],
  3: ['Does the job', 'Fine, but shipping was slow', 'Average quality'],
  4: ['Good value', 'Well made, would buy again', 'Nice colour, solid quality'],
  5: ['Excellent quality', 'Perfect gift', 'Exactly what I was looking for', 'Love it, use it every day'],
};

/** Why things come back, with relative frequency. */
export const RETURN_REASONS: readonly { readonly reason: string; readonly weight: number }[] = [
  { reason: 'changed mind', weight: 36 },
  { reason: 'damaged', weight: 27 },
  { reason: 'defective', weight: 20 },
  { reason: 'wrong item', weight: 11 },
  { reason: 'arrived late', weight: 6 },
];

/** How orders are paid, with relative frequency. */
export const PAYMENT_METHODS: readonly { readonly method: string; readonly weight: number }[] = [
  { method: 'card', weight: 52 },
  { method: 'paypal', weight: 27 },
  { method: 'bank transfer', weight: 16 },
  { method: 'gift card', weight: 5 },
];
