/** @file What concepts are called: their words in five languages, the kinds of things they are, and everyday words whose nearest concept they are. */

import { words } from '../encoders/words.js';
import { colorWords } from '../guidance/color-words.js';
import everydayWords from './corpus/everyday-words.json' with { type: 'json' };
import type { Corpus } from './corpus/index.js';
import { pluralised, singular } from './corpus/names.js';

/** Colour words by index of colorNames. */
export const colorForms: readonly (readonly string[])[] = Object.values(colorWords).map(({ english, russian }) => [
	...english,
	...russian,
]);
const colorOf = new Map(colorForms.flatMap((forms, i) => forms.map((form) => [form, i] as const)));

const colorsIn = (text: string): number[] => words(text).flatMap((word) => colorOf.get(word) ?? []);

/** Other languages' colour words: captions with them say a colour that is not learnt, so they are left out. */
const foreignColors: Readonly<Record<string, RegExp>> = {
	de: wholeWords('(rot|blau|grün|gelb|schwarz|weiß|grau|braun|violett)(e|er|es|en|em)?|rosa|lila'),
	fr: wholeWords(
		'rouges?|bleue?s?|verte?s?|jaunes?|noire?s?|blancs?|blanches?|grise?s?|marrons?|bruns?|brunes?|violets?|violettes?|rose',
	),
	es: wholeWords(
		'roj[oa]s?|azul(es)?|verdes?|amarill[oa]s?|negr[oa]s?|blanc[oa]s?|morad[oa]s?|violetas?|rosa|naranjas?|marr(ón|ones)|gris(es)?',
	),
};

/** Names that emoji annotations lack. */
const supplement: Readonly<Record<string, readonly string[]>> = {
	tree: ['дерево', 'baum', 'arbre', 'árbol'],
	heart: ['сердце', 'сердечко', 'cœur', 'corazón'],
	sun: ['солнышко'],
	house: ['домик'],
	cat: ['кошка', 'кот'],
	dog: ['собака', 'hund', 'chien', 'perro'],
	fish: ['рыбка', 'fisch', 'poisson', 'pez'],
	flower: ['цветочек', 'blume', 'fleur'],
	car: ['машина', 'машинка'],
	'smiling face': ['smile', 'smiling', 'happy', 'улыбка', 'улыбающееся лицо', 'улыбающийся смайлик', 'smiley face'],
	umbrella: ['зонт', 'schirm'],
	apple: ['яблочко', 'pomme'],
	star: ['звезда', 'stern', 'étoile', 'estrella'],
	'crescent moon': ['луна', 'mond', 'lune', 'luna'],
	bird: ['птица', 'птичка', 'vogel', 'oiseau', 'pájaro'],
	butterfly: ['бабочка'],
	mushroom: ['гриб'],
	key: ['ключ'],
	bicycle: ['велосипед', 'bike'],
	airplane: ['самолет'],
	ship: ['корабль'],
	sailboat: ['парусник', 'лодка'],
	rocket: ['ракета'],
	elephant: ['слон'],
	banana: ['банан'],
	pear: ['груша'],
	cherries: ['вишня'],
	'cat face': ['cat head', 'мордочка кошки'],
	skull: ['череп'],
	eye: ['глаз'],
	hand: ['рука'],
	cup: ['чашка', 'кружка'],
	candle: ['свеча'],
	crown: ['корона'],
	mountain: ['гора'],
	snowman: ['снеговик'],
	guitar: ['гитара'],
	cactus: ['кактус'],
	owl: ['сова'],
	penguin: ['пингвин'],
};

/** By language and concept, everyday words for which one would take its picture, with commas between: a `ferry` is drawn as a ship. */
export type EverydayWords = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A word of a concept, with the colour that it names, as an index into colorNames (-1 for none). */
export interface TaughtWord {
	readonly text: string;
	readonly lang: string;
	readonly color: number;
}

/** A word without a concept of its own, and the index of the one that is drawn for it. */
export interface Relative extends TaughtWord {
	readonly concept: number;
}

/** The words of a corpus. */
export interface Vocabulary {
	/** Per concept: words that mean it. The concept's own name is first. */
	readonly names: readonly (readonly TaughtWord[])[];
	/** More general words and the concepts that they hold of: `fruit`, `animal`. */
	readonly kinds: readonly (readonly [kind: string, concepts: readonly number[]])[];
	/** Everyday words and the other number of concepts' names (`sock`, `trees`): true of no picture for sure, so that only the text tower learns them. */
	readonly relatives: readonly Relative[];
}

/** Collects the words of a corpus; what the tables here say goes before annotations of emoji. */
export function vocabularyOf(
	{ concepts }: Pick<Corpus, 'concepts'>,
	everyday: EverydayWords = everydayWords,
): Vocabulary {
	const index = new Map(concepts.map(({ name }, k) => [name, k]));
	const owner = new Map<string, number>();
	const everydays = Object.entries(everyday).flatMap(([lang, table]) =>
		Object.entries(table).flatMap(([name, texts]) => {
			const concept = index.get(name);
			return concept === undefined ? [] : texts.split(', ').map((text) => ({ text, lang, concept }));
		}),
	);
	for (const { text, concept } of everydays) owner.set(text, concept);
	for (const [name, texts] of Object.entries(supplement))
		if (index.has(name)) for (const text of texts) owner.set(text, index.get(name)!);
	// Whose a text is that several annotations claim: nobody's, but for the one thing among names of people at it (`mage`, `woman mage`).
	const claims = new Map<string, number[]>();
	concepts.forEach((concept, k) => {
		for (const text of new Set(concept.words.map((w) => w.text))) claims.set(text, [...(claims.get(text) ?? []), k]);
	});
	for (const [text, claimants] of claims) {
		const things = claimants.filter((k) => concepts[k]!.drawable !== false);
		const [only, ...others] = things.length > 0 ? things : claimants;
		if (!owner.has(text)) owner.set(text, others.length === 0 ? only! : -1);
	}
	const names = concepts.map((concept, k) => {
		const list: TaughtWord[] = [{ text: concept.name, lang: 'en', color: -1 }];
		const candidates = [
			...concept.words,
			...(supplement[concept.name] ?? []).map((text) => ({ text, lang: /[а-я]/.test(text) ? 'ru' : 'en' })),
		];
		for (const { text, lang } of candidates) {
			const colors = colorsIn(text);
			const onlyColor = colors.length === words(text).length;
			const foreignColor = foreignColors[lang]?.test(text) ?? false;
			// A word of several concepts, or another concept's name, says nothing certain about this one.
			if (index.has(text) || owner.get(text) !== k || onlyColor || colors.length > 1 || foreignColor) continue;
			if (list.some((w) => w.text === text && w.lang === lang)) continue;
			list.push({ text, lang, color: colors[0] ?? -1 });
		}
		return list;
	});
	const taken = new Set(names.flatMap((list) => list.map(({ text }) => text)));
	const relatives: Relative[] = [];
	const relate = (text: string, lang: string, concept: number): void => {
		const colors = colorsIn(text);
		if (taken.has(text) || colors.length > 1) return;
		taken.add(text);
		relatives.push({ text, lang, concept, color: colors[0] ?? -1 });
	};
	for (const { text, lang, concept } of everydays) relate(text, lang, concept);
	concepts.forEach(({ name, drawable }, k) => {
		if (drawable !== false) relate(singular(name) === name ? pluralised(name) : singular(name), 'en', k);
	});
	const members = new Map<string, number[]>();
	concepts.forEach((concept, k) => {
		for (const kind of concept.kinds ?? []) if (!taken.has(kind)) members.set(kind, [...(members.get(kind) ?? []), k]);
	});
	return { names, kinds: [...members].sort(([a], [b]) => (a < b ? -1 : 1)), relatives };
}

/** Matches any of the alternatives where no letter adjoins; \b knows only ASCII letters, and would end 'weiß' before its ß. */
function wholeWords(alternatives: string): RegExp {
	return new RegExp(`(?<!\\p{L})(${alternatives})(?!\\p{L})`, 'u');
}
