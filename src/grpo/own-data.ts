/** Names of datasets that a reader brought: told apart from those that ship wherever a dataset is named. */
const PREFIX = 'own-';

export const isOwn = (dataset: string): boolean => dataset.startsWith(PREFIX);
/** `unique`: an id that nothing else has. */
export const ownId = (unique: string): string => `${PREFIX}${unique}`;
