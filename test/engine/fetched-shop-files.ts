import type { ShopFiles } from './scenario.ts';

/** The shop, as a page gets it: the counterpart of shop-files.ts. */
export async function fetchedShopFiles(site: URL): Promise<ShopFiles> {
  const get = (name: string) => fetch(new URL(`datasets/shop/${name}`, site));
  return {
    database: new Uint8Array(await (await get('db.sqlite')).arrayBuffer()),
    questions: await (await get('questions.json')).text(),
    definitions: await (await get('definitions.json')).text(),
  };
}
