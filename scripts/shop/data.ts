/**
 * Makes the rows of the demo shop from a seed: three years of orders with growth, weekends, a Christmas
 * peak, product seasons, popular and unpopular products, loyal and idle customers. Money is counted in
 * whole cents here and written as euros, so that sums are exact. The traps are listed in docs/datasets.md.
 */
import { CATALOGUE, CATEGORIES, COMMENTS, PAYMENT_METHODS, RETURN_REASONS, type CatalogueEntry } from './catalogue.ts';
import { dayOf, isoOf, partsOf } from './dates.ts';
import { PLACES, SUPPLIERS, type Place } from './places.ts';
import { itemAt, Random } from './random.ts';

/** A cell as it is written into SQL: euros are given as cents in `{ euros }`. */
export type Cell = number | string | null | { readonly euros: number };
export type Row = readonly Cell[];
/** Rows by table, in an order that respects the foreign keys. */
export type Tables = ReadonlyMap<string, readonly Row[]>;

const FIRST_DAY = dayOf('2023-01-01');
const LAST_DAY = dayOf('2025-12-31');
/** `products.total_sales` was filled once, on this day, and never again. */
const STALE_DAY = dayOf('2024-06-30');
const PRICE_RISES = [dayOf('2024-03-01'), dayOf('2025-02-01')];
const ORDERS = 2400;
const CUSTOMERS = 240;
const MONTH_FACTOR = [0.85, 0.75, 0.9, 1, 1.05, 1, 0.9, 0.8, 0.95, 1.05, 1.5, 1.8];
const YEAR_FACTOR: Readonly<Record<number, number>> = { 2023: 0.75, 2024: 1, 2025: 1.25 };

interface Customer {
  readonly id: number;
  readonly place: Place;
  readonly city: string;
  readonly signupDay: number;
  /** Relative number of orders; 0 for someone who only registered. */
  readonly loyalty: number;
}

interface Product extends CatalogueEntry {
  readonly id: number;
  readonly launchDay: number;
  readonly lastDay: number;
  readonly season: readonly number[];
  /** Price in cents before, between and after the price rises. */
  readonly prices: readonly number[];
}

interface Line {
  readonly product: Product;
  readonly quantity: number;
  readonly unitCents: number;
  readonly discount: string;
}

/** All rows of the shop for a seed. The same seed gives the same rows on every machine. */
export function makeTables(seed: number): Tables {
  const random = new Random(seed);
  const products = makeProducts(random);
  const customerRows: Row[] = [];
  const customers = makeCustomers(random, customerRows);
  const sales = makeSales(random, products, customers);
  return new Map<string, readonly Row[]>([
    ['categories', CATEGORIES.map((category, index) => [index + 1, category.name])],
    ['suppliers', SUPPLIERS.map((supplier, index) => [index + 1, supplier.name, supplier.city, supplier.country])],
    ['products', products.map((product) => productRow(random, product, sales.soldCents.get(product.id) ?? 0))],
    ['customers', customerRows],
    ['orders', sales.orders],
    ['order_items', sales.items],
    ['payments', sales.payments],
    ['reviews', sales.reviews],
    ['returns', sales.returns],
  ]);
}

function makeProducts(random: Random): Product[] {
  return CATALOGUE.map((entry, index) => {
    const category = CATEGORIES.find((one) => one.name === entry.category);
    if (category === undefined) throw new Error(`no category ${entry.category}`);
    // Prices only rise: each earlier price is 3 to 10 % lower, rounded to 10 cents.
    const earlier = (cents: number): number => Math.round((cents * random.integer(90, 97)) / 1000) * 10;
    const middle = earlier(entry.priceCents);
    return {
      ...entry,
      id: index + 1,
      launchDay: dayOf(entry.launched),
      lastDay: entry.discontinuedOn === undefined ? LAST_DAY : dayOf(entry.discontinuedOn),
      season: category.season,
      prices: [earlier(middle), middle, entry.priceCents],
    };
  });
}

function productRow(random: Random, product: Product, staleCents: number): Row {
  const gone = product.discontinuedOn !== undefined;
  const supplier = SUPPLIERS.findIndex((one) => one.name === product.supplier);
  if (supplier < 0) throw new Error(`no supplier ${product.supplier}`);
  const stock = gone ? random.integer(0, 3) : product.name === 'Floor Lamp' ? 0 : random.integer(8, 260);
  return [
    product.id,
    product.name,
    CATEGORIES.findIndex((one) => one.name === product.category) + 1,
    supplier + 1,
    { euros: product.priceCents },
    stock,
    product.launched,
    gone ? 1 : 0,
    { euros: staleCents },
  ];
}

function makeCustomers(random: Random, rows: Row[]): Customer[] {
  const names = new Set<string>();
  const customers: Customer[] = [];
  while (customers.length < CUSTOMERS) {
    const place = random.weighted(PLACES, (one) => one.weight);
    const first = random.pick(place.firstNames);
    const last = random.pick(place.lastNames);
    const name = `${first} ${last}`;
    if (names.has(name)) continue;
    names.add(name);
    const id = customers.length + 1;
    // A third registered before the first order of these data; ids follow the date of registration.
    const signupDay =
      id <= CUSTOMERS / 3
        ? dayOf('2022-03-01') + Math.floor((id * 305) / (CUSTOMERS / 3)) - random.integer(0, 2)
        : FIRST_DAY + Math.floor(((id - CUSTOMERS / 3) * 1060) / ((CUSTOMERS * 2) / 3)) - random.integer(0, 4);
    const shape = random.next();
    const loyalty = random.chance(0.05) ? 0 : 0.4 + 3 * shape * shape;
    const city = random.pick(place.cities);
    customers.push({ id, place, city, signupDay, loyalty });
    const host = random.pick(['example.com', 'example.com', 'example.org', 'example.net']);
    rows.push([
      id,
      name,
      `${first}.${last}@${host}`.toLowerCase(),
      city,
      place.country,
      random.chance(0.15) ? null : random.integer(1948, 2004),
      isoOf(signupDay),
      random.chance(0.4) ? 1 : 0,
    ]);
  }
  return customers;
}

/** Order days, ascending: busier years, months and weekends get more orders. */
function orderDays(random: Random): number[] {
  const days: { day: number; weight: number }[] = [];
  for (let day = FIRST_DAY; day <= LAST_DAY; day++) {
    const { year, month, weekday } = partsOf(day);
    const weekend = weekday === 0 || weekday === 6 ? 1.3 : 1;
    days.push({ day, weight: (YEAR_FACTOR[year] ?? 1) * itemAt(MONTH_FACTOR, month) * weekend });
  }
  const drawn = Array.from({ length: ORDERS }, () => random.weighted(days, (one) => one.weight).day);
  return drawn.sort((a, b) => a - b);
}

function makeLines(random: Random, products: readonly Product[], day: number): Line[] {
  const { month } = partsOf(day);
  const forSale = products.filter((one) => one.demand > 0 && one.launchDay <= day && one.lastDay >= day);
  const count = random.weighted([1, 2, 3, 4, 5], (n) => itemAt([38, 30, 18, 9, 5], n - 1));
  const chosen = new Set<Product>();
  while (chosen.size < count) {
    chosen.add(random.weighted(forSale, (one) => one.demand * itemAt(one.season, month)));
  }
  const rises = PRICE_RISES.filter((rise) => rise <= day).length;
  // Black Friday month: a discount is twice as likely.
  const promotion = month === 10 ? 2 : 1;
  return [...chosen].map((product) => {
    const quantity = random.weighted([1, 2, 3, 4, 6], (n) => itemAt([62, 22, 8, 5, 0, 3], n - 1));
    const discount = random.chance(0.14 * promotion)
      ? random.weighted(['5', '10', '15', '20', '25'], (text) => itemAt([40, 30, 12, 10, 8], Number(text) / 5 - 1))
      : '0';
    const unitCents = Math.round((itemAt(product.prices, rises) * (100 - Number(discount))) / 100);
    return { product, quantity, unitCents, discount };
  });
}

type Status = 'processing' | 'shipped' | 'delivered' | 'cancelled';

function statusOf(random: Random, day: number): Status {
  if (random.chance(0.075)) return 'cancelled';
  const age = LAST_DAY - day;
  if (age < 4) return 'processing';
  if (age < 12) return random.chance(0.7) ? 'shipped' : 'processing';
  // Back orders: now and then one is still waiting long after.
  if (random.chance(0.012)) return 'processing';
  return random.chance(0.01) ? 'shipped' : 'delivered';
}

interface Sales {
  orders: Row[];
  items: Row[];
  payments: Row[];
  reviews: Row[];
  returns: Row[];
  /** What `products.total_sales` says: cents sold by product up to STALE_DAY. */
  soldCents: Map<number, number>;
}

function makeSales(random: Random, products: readonly Product[], customers: readonly Customer[]): Sales {
  const sales: Sales = { orders: [], items: [], payments: [], reviews: [], returns: [], soldCents: new Map() };
  const reviewed = new Set<string>();
  for (const day of orderDays(random)) {
    const orderId = sales.orders.length + 1;
    const customer = random.weighted(customers, (one) => (one.signupDay <= day ? one.loyalty : 0));
    const lines = makeLines(random, products, day);
    const status = statusOf(random, day);
    // Gifts: about one order in eight goes to somebody abroad.
    const target = random.chance(0.12) ? random.weighted(PLACES, (one) => one.weight) : customer.place;
    const shipCity = target === customer.place ? customer.city : random.pick(target.cities);
    const itemsCents = lines.reduce((sum, line) => sum + line.quantity * line.unitCents, 0);
    const shippingCents = itemsCents >= 10000 ? 0 : target.country === 'Germany' ? 490 : 890;
    const totalCents = itemsCents + shippingCents;
    const left = status === 'shipped' || status === 'delivered' || (status === 'cancelled' && random.chance(0.12));
    const shippedDay = left ? Math.min(day + random.integer(1, target.country === 'Germany' ? 4 : 7), LAST_DAY) : null;
    sales.orders.push([
      orderId,
      customer.id,
      isoOf(day),
      shippedDay === null ? null : isoOf(shippedDay),
      status,
      shipCity,
      target.country,
      { euros: shippingCents },
      { euros: totalCents },
    ]);
    addPayments(random, sales, orderId, day, status, totalCents);
    for (const line of lines) {
      const lineId = sales.items.length + 1;
      sales.items.push([lineId, orderId, line.product.id, line.quantity, { euros: line.unitCents }, line.discount]);
      if (day <= STALE_DAY) {
        const sold = sales.soldCents.get(line.product.id) ?? 0;
        sales.soldCents.set(line.product.id, sold + line.quantity * line.unitCents);
      }
      if (status === 'delivered' && shippedDay !== null) {
        addAftermath(random, sales, reviewed, { line, lineId, customerId: customer.id, shippedDay });
      }
    }
  }
  return sales;
}

function addPayments(random: Random, sales: Sales, orderId: number, day: number, status: Status, cents: number): void {
  if (random.chance(status === 'cancelled' ? 0.6 : status === 'processing' ? 0.2 : 0)) return;
  const method = random.weighted(PAYMENT_METHODS, (one) => one.weight).method;
  const paidDay = Math.min(LAST_DAY, method === 'bank transfer' ? day + random.integer(1, 4) : day);
  const voucher = random.chance(0.04) && method !== 'gift card' && cents > 3000 ? random.pick([1000, 2000, 2500]) : 0;
  if (voucher > 0) sales.payments.push([sales.payments.length + 1, orderId, 'gift card', voucher, isoOf(day)]);
  sales.payments.push([sales.payments.length + 1, orderId, method, cents - voucher, isoOf(paidDay)]);
}

function addAftermath(
  random: Random,
  sales: Sales,
  reviewed: Set<string>,
  sold: { line: Line; lineId: number; customerId: number; shippedDay: number },
): void {
  const { line, lineId, customerId, shippedDay } = sold;
  const { product } = line;
  const key = `${customerId}/${product.id}`;
  const reviewDay = shippedDay + random.integer(3, 30);
  if (random.chance(0.16) && !reviewed.has(key) && reviewDay <= LAST_DAY) {
    reviewed.add(key);
    const stars = Math.round(product.appeal + (random.next() + random.next() + random.next() - 1.5) * 2.2);
    const rating = stars >= 5 ? 5 : stars === 4 ? 4 : stars === 3 ? 3 : stars === 2 ? 2 : 1;
    const comment = random.chance(0.45) ? null : random.pick(COMMENTS[rating]);
    sales.reviews.push([sales.reviews.length + 1, product.id, customerId, rating, comment, isoOf(reviewDay)]);
  }
  const returnDay = shippedDay + random.integer(4, 28);
  // The worse a product is liked, the more often it comes back: about 2 % at 4.7, 12 % at 2.9.
  if (random.chance(0.02 + (4.7 - product.appeal) * 0.055) && returnDay <= LAST_DAY) {
    const reason = random.weighted(RETURN_REASONS, (one) => one.weight).reason;
    const refund = line.unitCents * (line.quantity > 1 ? random.integer(1, line.quantity) : 1);
    sales.returns.push([sales.returns.length + 1, lineId, reason, { euros: refund }, isoOf(returnDay)]);
  }
}
