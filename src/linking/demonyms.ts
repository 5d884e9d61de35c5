/** General English for people, their countries and their sexes: forms of a value that suffixes do not reach. */
import { phraseList } from '../sql/word-list.ts';

/** Each line: the country, its adjective or people, and other common names of it, apart by slashes. */
const COUNTRIES = phraseList(`
  afghanistan/afghan, albania/albanian, algeria/algerian, argentina/argentine/argentinian, armenia/armenian,
  australia/australian/aussie, austria/austrian, azerbaijan/azerbaijani, bangladesh/bangladeshi, belarus/belarusian,
  belgium/belgian, bolivia/bolivian, bosnia/bosnian, brazil/brazilian, bulgaria/bulgarian, cambodia/cambodian,
  cameroon/cameroonian, canada/canadian, chile/chilean, china/chinese, colombia/colombian, costa rica/costa rican,
  croatia/croatian, cuba/cuban, cyprus/cypriot, czech republic/czech/czechia, denmark/danish/dane,
  dominican republic/dominican, ecuador/ecuadorian, egypt/egyptian, england/english, estonia/estonian,
  ethiopia/ethiopian, finland/finnish/finn, france/french/frenchman, georgia/georgian, germany/german, ghana/ghanaian,
  greece/greek, guatemala/guatemalan, haiti/haitian, hungary/hungarian, iceland/icelandic/icelander, india/indian,
  indonesia/indonesian, iran/iranian/persian, iraq/iraqi, ireland/irish, israel/israeli, italy/italian,
  jamaica/jamaican, japan/japanese, jordan/jordanian, kazakhstan/kazakh, kenya/kenyan, south korea/south korean/korean,
  north korea/north korean/korean, kuwait/kuwaiti, laos/laotian, latvia/latvian, lebanon/lebanese, libya/libyan,
  lithuania/lithuanian, luxembourg/luxembourger, malaysia/malaysian, malta/maltese, mexico/mexican, moldova/moldovan,
  mongolia/mongolian, montenegro/montenegrin, morocco/moroccan, myanmar/burmese/burma, nepal/nepali/nepalese,
  netherlands/dutch/holland/the netherlands, new zealand/new zealander/kiwi, nicaragua/nicaraguan, nigeria/nigerian,
  norway/norwegian, pakistan/pakistani, panama/panamanian, paraguay/paraguayan, peru/peruvian,
  philippines/philippine/filipino, poland/polish/pole, portugal/portuguese, puerto rico/puerto rican, qatar/qatari,
  romania/romanian, russia/russian/russian federation, saudi arabia/saudi/saudi arabian, scotland/scottish/scot,
  senegal/senegalese, serbia/serbian, singapore/singaporean, slovakia/slovak/slovakian, slovenia/slovenian/slovene,
  somalia/somali, south africa/south african, spain/spanish/spaniard, sri lanka/sri lankan, sudan/sudanese,
  sweden/swedish/swede, switzerland/swiss, syria/syrian, taiwan/taiwanese, tanzania/tanzanian, thailand/thai,
  tunisia/tunisian, turkey/turkish/turk, uganda/ugandan, ukraine/ukrainian, united arab emirates/emirati/uae,
  united kingdom/british/uk/great britain/britain/u.k,
  united states/american/usa/us/united states of america/u.s/u.s.a/america, uruguay/uruguayan, uzbekistan/uzbek,
  venezuela/venezuelan, vietnam/vietnamese, wales/welsh, yemen/yemeni, zambia/zambian, zimbabwe/zimbabwean,
  africa/african, asia/asian, europe/european, north america/north american, south america/south american,
  oceania/oceanian, antarctica/antarctic
`);

const FORMS: ReadonlyMap<string, readonly string[]> = (() => {
  const map = new Map<string, string[]>();
  for (const line of COUNTRIES) {
    const names = line.split('/');
    for (const name of names) map.set(name, [...(map.get(name) ?? []), ...names.filter((other) => other !== name)]);
  }
  return map;
})();

const NONE: readonly string[] = [];
const STARTS: ReadonlySet<string> = new Set([...FORMS.keys()].map((name) => name.split(/[ .]/u)[0] ?? ''));

/** Words of the longest name of a country here. */
export const LONGEST_COUNTRY = 4;

/** Does a country's or people's name begin with this word? */
export function startsCountry(lower: string): boolean {
  return STARTS.has(lower) || (lower.endsWith('s') && STARTS.has(lower.slice(0, -1)));
}

/** Other names of the same country or people, lower case: "french" → france, frenchman. */
export function countryForms(lower: string): readonly string[] {
  return FORMS.get(lower) ?? (lower.endsWith('s') ? FORMS.get(lower.slice(0, -1)) : undefined) ?? NONE;
}

const FEMALE = ['female', 'f', 'woman', 'w', 'girl'];
const MALE = ['male', 'm', 'man', 'boy'];
const SEXES: ReadonlyMap<string, readonly string[]> = new Map([
  ...['female', 'females', 'woman', 'women', 'girl', 'girls', 'lady', 'ladies'].map((word) => [word, FEMALE] as const),
  ...['male', 'males', 'man', 'men', 'boy', 'boys', 'gentleman', 'gentlemen'].map((word) => [word, MALE] as const),
]);

/** What a column of sexes may hold for a word, lower case: "women" → female, f, … */
export function sexForms(lower: string): readonly string[] {
  return SEXES.get(lower) ?? NONE;
}
