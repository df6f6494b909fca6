/** @file Names of icons and clip art reduced to plain words, so that `tabler:umbrella-filled` and `mdi:umbrella` meet. */

/** Words that name a drawing style in every icon set, never a thing. */
const styles = new Set(
	'outline outlined fill filled solid line lines linear bold duotone twotone thin rounded sharp px 24px rtl ltr fluent icon symbols'.split(
		' ',
	),
);

/** Lower case, ASCII letters and digits, single blanks: `Jack-O’-Lantern` becomes `jack o lantern`. */
export function plainWords(text: string): string {
	return text
		.normalize('NFKD')
		.replace(/[\u0300-\u036f]/g, '')
		.toLowerCase()
		.replace(/&/g, ' and ')
		.replace(/[’'`]s\b/g, ' s')
		.replace(/[’'`]/g, '')
		.replace(/[^a-z0-9#]+/g, ' ')
		.trim();
}

/** Words in any script: lower case, composed, single blanks; what people type and captions say. */
export function plainText(text: string): string {
	return text
		.normalize('NFC')
		.toLowerCase()
		.replace(/[“”"«»]/g, '')
		.replace(/[’`]/g, "'")
		.replace(/[\s_\-:]+/g, ' ')
		.trim();
}

/** An icon's name without its style: the words, and the key under which its sizes and styles are one drawing. */
export interface CleanName {
	/** Words of the thing drawn. */
	readonly words: string[];
	/** The name without sizes only: two icons with one key differ in grid size. */
	readonly sizeless: string;
}

/**
 * Strip style words, grid sizes and counters from an icon's name.
 *
 * @param name as in its set: `heart-24-filled`, `food-apple--fruit-healthy`
 * @param setStyles style words that this set declares itself (`light`, `round`, `broken` are styles in some sets and things in others)
 */
export function cleanName(name: string, setStyles: ReadonlySet<string> = new Set()): CleanName {
	// Some sets append tags after a double dash.
	const head = name.split('--')[0] ?? name;
	let words = plainWords(head).split(' ');
	const sizeless = words.filter((word) => !isSize(word)).join(' ');
	const isStyle = (word: string): boolean => styles.has(word) || setStyles.has(word) || /^\d+$/.test(word);
	while (words.length > 1 && isStyle(words.at(-1)!)) words.pop();
	while (words.length > 1 && (words[0] === 'outline' || words[0] === 'baseline')) words = words.slice(1);
	return { words, sizeless };
}

function isSize(word: string): boolean {
	return /^(12|15|16|20|24|28|32|36|48|24px)$/.test(word);
}

/** Rough singular of an English noun, for titles written in the plural. */
export function singular(word: string): string {
	if (word.length < 4 || /(ss|us|is)$/.test(word)) return word;
	if (/ies$/.test(word)) return `${word.slice(0, -3)}y`;
	if (/(ches|shes|xes|sses)$/.test(word)) return word.slice(0, -2);
	return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** Endings of nouns and of their plurals; the first that fits. */
const plurals: readonly (readonly [RegExp, string])[] = [
	[/(deer|fish|sheep|squid|moose|shrimp)$/, '$1'],
	[/man$/, 'men'],
	[/child$/, 'children'],
	[/foot$/, 'feet'],
	[/tooth$/, 'teeth'],
	[/goose$/, 'geese'],
	[/mouse$/, 'mice'],
	[/(lea|wol|el|loa|cal)f$/, '$1ves'],
	[/knife$/, 'knives'],
	[/(potato|tomato|mosquito|buffalo|volcano|tornado)$/, '$1es'],
	[/stomach$/, 'stomachs'],
	[/([^aeiou])y$/, '$1ies'],
	[/(s|x|z|ch|sh)$/, '$1es'],
	[/$/, 's'],
];

/** The plural of an English noun or of a phrase that ends with one: `cat` becomes `cats`, `church` becomes `churches`. */
export function pluralOf(noun: string): string {
	const [ending, plural] = plurals.find(([ending]) => ending.test(noun))!;
	return noun.replace(ending, plural);
}

/** Nouns without another number that the rules would give one. */
const oneNumber =
	/(salt|bamboo|corn|wheat|rice|bread|butter|bacon|spaghetti|milk|sake|poop|ice|fog|wind|rope|money|ing|scissors|binoculars|goggles|jeans|shorts|fries|glasses|maracas|headphones|stairs|aries|pisces|rhinoceros|zzz|wifi|dna|ecg)$/;

/**
 * The plural of a noun, the singular of one that is named in the plural (`socks`), or undefined: of what has no other, and of
 * phrases of more than two words.
 */
export function otherNumber(name: string): string | undefined {
	if (!/^[a-z-]+( [a-z-]+)?$/.test(name) || oneNumber.test(name)) return undefined;
	const other = name.endsWith('s') ? singular(name) : pluralOf(name);
	return other === name ? undefined : other;
}
