/** A word for a stem that a hint was kept without: general English, as questions about data use it. */

/** Words whose stems are no words, the more usual of two that share a stem first. */
const WORDS =
  `different subscribe because piece since altogether overall destination leave turnover otherwise decimal serve ignore inclusive exceed apple animal phrase expensive above average release unique combine became diverse revenue include together anything language
  independent information transaction descending ascending purchase service quarter exclude receive available associate
  manage operate produce require separate schedule average people maximum enrolled organize university previous possible
  purchase alphabetical registered published performance population nationality government customer computer department
  employee experience example exercise female surface temperature advertise article active arrange airline amazing
  balance calculate change charge college complete continue course create currency database decrease delete describe
  discontinue distance distribute duplicate elevation employee estimate exactly excluding execute expire finance
  generate graduate identifying increase incomplete initiate institute insurance interested involve issue locate
  machine message minute mortgage multiple negative notice observe occupation office online opposite overdue package
  percentage picture popular positive practice precede preference present private process produce profile promise
  proportion provide province purpose quantitative quite range rating reference refuse relative remote remove
  reservation residence resource respective response result retrieve reverse schedule science sequence service several
  severe silence simple single software somewhere source square stationary statistics statute storage structure
  suitable supervise surname taxes technique telephone temporary territory therefore thousand title tournament total
  transfer twice undergraduate universe unavailable update vacancy valuable vehicle village volume vote wage warehouse
  website yearly`.split(/\s+/);

/** What a stemmer takes off: a stem that is a word of its own is no beginning of another. */
const ENDING = /^(?:e|ed|es|ing|ion|al|ally|ical|ically|ate|ation|ent|ant|ence|ance|ive|ity|able|er|l|ous|ment|ize)$/;

/** The nearest real word: “averag” is average, “countri” country; what is a word, or not known, stays. */
export function realWord(stem: string): string {
  if (stem.length < 4) return stem.replace(/(?<=[ae])i$/, 'y');
  const longer = WORDS.find((word) => word.startsWith(stem) && ENDING.test(word.slice(stem.length)));
  return longer ?? stem.replace(/(?<=[^ui])i$/, 'y');
}
