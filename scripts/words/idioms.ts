/** Idioms that the project's prose avoids, each with a replacement. */

export interface Idiom {
  readonly pattern: RegExp;
  /** The words to write instead. */
  readonly instead: string;
}

/** Idioms at any place in prose. */
export const IDIOMS: readonly Idiom[] = [
  { pattern: /\bwhom?ever\b/i, instead: "name the actor" },
  { pattern: /\bnobody's\b/i, instead: "say which: unowned, no user's" },
  {
    pattern: /\b(is|are|was|were|be|been|being) told\b/i,
    instead: "is reported, prints, receives",
  },
  { pattern: /\b(tells?|told|telling) of\b/i, instead: "reports, describes, mentions" },
  { pattern: /\b(lies?|lay|lying) there\b|\bthere lies?\b/i, instead: "exists, is present" },
  { pattern: /\bover there\b/i, instead: "on the receiver, in the container" },
  { pattern: /\bwhat of (it|them|that|this)\b/i, instead: "which part of it" },
  { pattern: /\b(is|are|was|were|be) none\b/i, instead: "does not exist, there is no ..." },
  { pattern: /\b(go|goes|going|went|gone) on\b/i, instead: "continues, resumes" },
  { pattern: /\b(has|have|had) gone\b/i, instead: "was sent, was deleted, has ended" },
  { pattern: /\bof (its|their|his|her|our) own\b/i, instead: "its own ..., a separate ..." },
  {
    pattern: /\b(the|that) ones? (that|which|who|whose)\b/i,
    instead: "the ... that, with the noun",
  },
  { pattern: /\bwhatever (becomes?|became)\b/i, instead: "even if ..." },
  { pattern: /\b(comes?|came) to be\b/i, instead: "is created, becomes" },
  { pattern: /\bfor good\b/i, instead: "forever, permanently" },
  { pattern: /\bin vain\b/i, instead: "without success, timed out" },
  {
    pattern: /\b(is|was|are|were|be) no (matter|more)\b/i,
    instead: "does not matter, no longer exists",
  },
  {
    pattern: /\bit is (waited|asked|looked|tried|said|known whether)\b/i,
    instead: "name the actor",
  },
  { pattern: /\b(is|are|was|were|be) waited\b/i, instead: "waits, with the actor" },
  {
    pattern: /\blet(s|ting)? (it|them|him|her|the \w+|its \w+|this \w+|that \w+)? ?go\b/i,
    instead: "releases",
  },
  { pattern: /\b(is|are) content\b/i, instead: "accepts" },
  { pattern: /\bthose that there are\b/i, instead: "the existing ..." },
  { pattern: /\bwhat (there is|is there) (to|of)\b/i, instead: "the ..., with the noun" },
  { pattern: /\bas it lies\b|\bhow it lies\b/i, instead: "as it is on disk" },
  {
    pattern: /\bby and by\b|\bwhere(in|of|upon)\b|\bthere(of|upon)\b|\bhenceforth\b/i,
    instead: "plain words",
  },
  {
    pattern: /\b(colour|behaviour|honour|favour|neighbour|licence|grey|centre)(s|ed|ing|less)?\b/i,
    instead: "American spelling",
  },
  {
    pattern:
      /\b(analys|organis|recognis|serialis|normalis|initialis|summaris|optimis)(e|es|ed|ing|ation)\b/i,
    instead: "American spelling",
  },
];

/** First words of a comment that leave out its subject. */
export const OPENINGS: readonly Idiom[] = [
  { pattern: /^(What|Whose|Whom|Of|Those|Such)\b/, instead: "begin with a noun, or a verb" },
  { pattern: /^So (many|much|long|often|far)\b/, instead: 'name the limit: "At most ..."' },
];

/** The longest line of code or prose. */
export const MOST_COLUMNS = 100;
