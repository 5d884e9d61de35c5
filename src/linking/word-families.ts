/**
 * General English beyond suffixes: words of one family whose stems differ (arrive, arrival), abbreviations that
 * identifiers use, and short words that join up in run-together names. Written from the language, not from any dataset.
 */
import { glossary, phraseList } from '../sql/word-list.ts';
import { LEXICON_WORDS } from './lexicon.ts';
import { stemOf } from './words.ts';

const FAMILIES = phraseList(`
  arrive arrival arrived arriving, depart departure departed, height high tall, length long, depth deep, width wide,
  breadth broad, weight weigh heavy, strength strong, death died die dead deceased, birth born,
  residence reside resident, marriage married marry, belief believe, choice choose chose chosen,
  payment pay paid payer, sale sell sold seller, loss lose lost loser, growth grow grew grown, gift give given gave,
  speech speak spoke spoken speaker, flight fly flew flown flying, teach taught teacher teaching, buy bought buyer,
  begin began begun beginning, write wrote written writer, heat hot, youth young, speed speedy,
  sing sang sung singer singing, play played player, own owned owner ownership, lead led leader leadership,
  drive drove driven driver, win won winner winning, run ran runner, ride rode rider, swim swam swimmer,
  build built builder building, make made maker, work worked worker, use used user usage, rate rating rated,
  send sent sender, receive received receipt receiver recipient, deliver delivery delivered,
  ship shipped shipment shipping, hire hired hiring, found founded founder foundation,
  publish publication published publisher, treat treatment treated, enroll enrollment enrolment enrolled enrol,
  register registration registered, apply application applied applicant, refer referral referred,
  renew renewal renewed, approve approval approved, propose proposal proposed, survive survival,
  withdraw withdrawal withdrew withdrawn, transfer transferred, subscribe subscription subscriber,
  prescribe prescription prescribed, describe description, receive reception, produce production producer product,
  compete competition competitor, compose composition composer composed, conduct conducted conductor,
  direct director directed direction, act actor actress acting, invent invention inventor,
  create creation creator created, elect election elected, vote voter voting, refund refunded, return returned,
  attend attendance attendee, visit visitor visited, participate participation participant,
  nation national nationality, citizen citizenship, member membership, friend friendship, analyze analysis analyse,
  diagnose diagnosis diagnosed, populate population populous, wealth wealthy, worth worthy, popular popularity,
  dense density densely, able ability, capable capacity, available availability, safe safety, secure security,
  equal equality, difficult difficulty, poor poverty, warm warmth, true truth,
  employ employee employment employer employed, manage manager management managed, assist assistant assistance,
  supervise supervisor supervision, occupy occupation occupied, live life living alive, locate location located,
  situate situation, produce producer, appear appearance appeared, perform performance performer performed,
  differ difference different, maintain maintenance, explain explanation, retain retention, acquire acquisition,
  require requirement, expire expiry expiration expired, complete completion completed,
  cancel cancellation cancelled canceled, reserve reservation, book booking booked, charge charged,
  spend spent spending, cost costly, invest investment investor, lend lent lender, borrow borrower,
  close closed closing closure, open opened opening, start started starting, end ended ending, score scored scorer,
  rank ranking ranked, graduate graduation graduated, study studied, major, advise advisor adviser advice, host hosted,
  train training trainer, coach coached, import imported importer, export exported exporter, inhabit inhabitant,
  border bordering bordered, capital, govern government governor, rule ruler ruling, independent independence,
  official officially, office officer, art artist artistic, music musician musical, science scientist scientific,
  history historical historic, medicine medical medication, hospital hospitalize, surgery surgeon surgical,
  crime criminal, law lawyer legal, finance financial, commerce commercial, tax taxation,
  profit profitable profitability, discount discounted, order ordered, earn earned earnings, cite cited citation,
  author authored, refer reference referenced, occur occurrence occurred, accompany, precede,
  succeed success successful, fail failure failed, lie lay, injure injury injured, kill killed killer, wound wounded,
  die death, age aged
`);

/** Short form in an identifier → the words it stands for. */
const ABBREVIATIONS: ReadonlyMap<string, string> = new Map(
  glossary(`
  qty: quantity, amt: amount, pct: percentage, perc: percentage, num: number, no: number, nr: number, nbr: number,
  cnt: count, addr: address, dob: date of birth, dod: date of death, lat: latitude, lon: longitude, lng: longitude,
  long: longitude, dept: department, dpt: department, mgr: manager, emp: employee, cust: customer, prod: product,
  cat: category, ctgry: category, desc: description, descr: description, yr: year, mo: month, mth: month, wk: week,
  hr: hour, hrs: hours, mins: minutes, sec: seconds, fname: first name, lname: last name, mname: middle name,
  forename: first name, surname: last name, uname: user name, pwd: password, tel: telephone, ph: phone,
  org: organization, co: company, corp: corporation, acct: account, acc: account, txn: transaction, tx: transaction,
  trx: transaction, trans: transaction, inv: invoice, ord: order, po: purchase order, pymt: payment, pmt: payment,
  bal: balance, curr: currency, ccy: currency, tot: total, avg: average, max: maximum, min: minimum, std: standard,
  dev: deviation, temp: temperature, pop: population, lang: language, nat: nationality, loc: location, pos: position,
  ref: reference, dt: date, ts: timestamp, src: source, dest: destination, orig: origin, dep: departure, arr: arrival,
  stu: student, prof: professor, instr: instructor, crs: course, sem: semester, grd: grade, univ: university,
  sch: school, abbr: abbreviation, abbrev: abbreviation, msg: message, img: image, pic: picture, vol: volume,
  wt: weight, ht: height, len: length, spd: speed, alt: altitude, elev: elevation, dist: distance, dur: duration,
  freq: frequency, exp: experience, sal: salary, comm: commission, disc: discount, rev: revenue, qtr: quarter,
  fy: fiscal year, ssn: social security number, zip: postal code, postcode: postal code, url: web address,
  biz: business, govt: government, intl: international, natl: national, doc: document, diag: diagnosis,
  rx: prescription, med: medication, pt: patient, dr: doctor, hosp: hospital, trt: treatment, tmt: treatment,
  adm: admission, disch: discharge, auth: author, pub: publication, conf: conference, jrnl: journal, seq: sequence,
  idx: index, cd: code, nm: name, typ: type, stat: status, sts: status, flg: flag, grp: group, lvl: level,
  mfr: manufacturer, mfg: manufacturing, whse: warehouse, shp: shipping, svc: service, srv: service, sub: subscription,
  usr: user, veh: vehicle, reg: region, prov: province, cntry: country, ctry: country, st: state, ave: avenue,
  apt: apartment, bldg: building, rm: room, flr: floor, info: information, stats: statistics, calc: calculation,
  est: estimate, req: request, resp: response, attn: attention, gnp: gross national product,
  gdp: gross domestic product
`),
);

/** Words that end or begin run-together identifiers, besides those of the lexicon. */
const JOINING_WORDS =
  'id name names date type code no num number year time month day key flag count total amount price status rate list group level title text desc first last full start end min max avg is has user item line order unit info size age city country state street zip phone email address point value index';

const families: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const map = new Map<string, Set<string>>();
  for (const family of FAMILIES) {
    const stems = [...new Set(family.split(' ').map(stemOf))];
    for (const stem of stems) {
      const known = map.get(stem) ?? new Set<string>();
      for (const other of stems) if (other !== stem) known.add(other);
      map.set(stem, known);
    }
  }
  return map;
})();

const NONE: ReadonlySet<string> = new Set();

/** Stems of the same family: "arrive" → "arrival". Never contains the stem itself. */
export function familyOf(stem: string): ReadonlySet<string> {
  return families.get(stem) ?? NONE;
}

/** What an abbreviation stands for, as words; null when it is none. */
export function expansionOf(word: string): readonly string[] | null {
  const long = ABBREVIATIONS.get(word);
  return long === undefined ? null : long.split(' ').filter((part) => part !== 'of');
}

const SUFFIXES =
  'ship hood ation ition ment ness ance ence anc enc ure ur ion ist or er ee ive iv al ic ity iti ant ent abl ibl ful less ous y i e'
    .split(' ')
    .sort((a, b) => b.length - a.length);
const ROOT = 5;

/**
 * The stem without a derivational suffix ("citizenship" → "citizen"), or itself; never shorter than five letters by
 * stripping.
 */
export function rootOf(stem: string): string {
  for (const suffix of SUFFIXES)
    if (stem.endsWith(suffix) && stem.length - suffix.length >= ROOT) return stem.slice(0, -suffix.length);
  return stem;
}

const ENGLISH: ReadonlySet<string> = new Set([
  ...LEXICON_WORDS,
  ...FAMILIES.join(' ').split(' '),
  ...[...ABBREVIATIONS.values()].join(' ').split(' '),
  ...JOINING_WORDS.split(' '),
]);

/** Is this one of the English words known here? Most are not: a "no" proves nothing. */
export function isKnownWord(lower: string): boolean {
  return ENGLISH.has(lower);
}

const JOINING: ReadonlySet<string> = new Set(JOINING_WORDS.split(' '));
const LONGEST_NAME = 40;

/**
 * A run-together word as its parts: "songname" → song, name. Each part is a word of the schema or of general English of
 * three or more letters, or "id", "no", "is"; the fewest parts win. Null when it cannot be split, or is itself a known
 * word.
 */
export function splitGlued(word: string, schemaWords: ReadonlySet<string>): string[] | null {
  if (word.length < 5 || word.length > LONGEST_NAME || isKnownWord(word)) return null;
  const known = (part: string): boolean =>
    part !== word &&
    (part.length >= 3
      ? schemaWords.has(part) ||
        ENGLISH.has(part) ||
        (part.endsWith('s') &&
          part.length >= 5 &&
          (schemaWords.has(part.slice(0, -1)) || ENGLISH.has(part.slice(0, -1))))
      : JOINING.has(part));
  // best[i]: the fewest parts that word.slice(0, i) is made of.
  const best: (readonly string[] | null)[] = [[]];
  for (let end = 1; end <= word.length; end++) {
    let shortest: readonly string[] | null = null;
    for (let from = Math.max(0, end - 20); from < end; from++) {
      const before = best[from];
      const part = word.slice(from, end);
      if (before != null && known(part) && (shortest === null || before.length + 1 < shortest.length))
        shortest = [...before, part];
    }
    best.push(shortest);
  }
  const parts = best[word.length];
  return parts == null || parts.length > 4 ? null : [...parts];
}
