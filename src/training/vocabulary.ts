/** @file What concepts are called: their words in five languages, the kinds of things they are, and everyday words whose nearest concept they are. */

import { normaliseText, words } from '../encoders/words.js';
import { colorWords } from '../guidance/color-words.js';
import everydayWords from './corpus/everyday-words.json' with { type: 'json' };
import type { Corpus } from './corpus/index.js';
import { otherNumber } from './corpus/names.js';

/** Colour words by index of colorNames. */
export const colorForms: readonly (readonly string[])[] = Object.values(colorWords).map(({ english, russian }) => [
	...english,
	...russian,
]);
const colorOf = new Map(colorForms.flatMap((forms, i) => forms.map((form) => [form, i] as const)));

/** The colour that a word of a thing names, -1 for none; undefined when it names several, or nothing beside a colour. */
function colorIn(text: string): number | undefined {
	const parts = words(text);
	const colors = parts.flatMap((part) => colorOf.get(part) ?? []);
	return colors.length > 1 || colors.length === parts.length ? undefined : (colors[0] ?? -1);
}

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
	/** Everyday words and the other number of concepts' names (`sock`, `trees`): true of no picture for sure, so that only a text tower learns them that has finished image towers before it. */
	readonly relatives: readonly Relative[];
}

/** Words that tell variants of one emoji apart: `man mage`, `woman mage`, `cook person`. */
const people = /\b(man|men|woman|women|person|people)\b/g;

/** A name without who does it. */
const thingIn = (name: string): string => normaliseText(name.replace(people, ''));

/**
 * Collects the words of a corpus; what the tables here say goes before annotations of emoji.
 *
 * @param everyday words whose nearest concept is known; false for no relatives at all, where captions have to be true of pictures
 */
export function vocabularyOf(
	{ concepts }: Pick<Corpus, 'concepts'>,
	everyday: EverydayWords | false = everydayWords,
): Vocabulary {
	const index = new Map(concepts.map(({ name }, k) => [normaliseText(name), k]));
	const listed = Object.entries(everyday || {}).flatMap(([lang, table]) =>
		Object.entries(table).flatMap(([name, texts]) => {
			const concept = index.get(normaliseText(name));
			return concept === undefined ? [] : texts.split(', ').map((text) => ({ text, lang, concept }));
		}),
	);
	const owner = annotated(concepts);
	for (const { text, concept } of listed) owner.set(normaliseText(text), concept);
	for (const [name, texts] of Object.entries(supplement)) {
		const concept = index.get(normaliseText(name));
		if (concept !== undefined) for (const text of texts) owner.set(normaliseText(text), concept);
	}
	const names = concepts.map((concept, k) => {
		const list: TaughtWord[] = [{ text: concept.name, lang: 'en', color: -1 }];
		const candidates = [
			...concept.words,
			...(supplement[concept.name] ?? []).map((text) => ({ text, lang: /[а-я]/.test(text) ? 'ru' : 'en' })),
		];
		for (const { text, lang } of candidates) {
			const key = normaliseText(text);
			const color = colorIn(text);
			// A word of several concepts, or another concept's name, says nothing certain about this one.
			if (index.has(key) || owner.get(key) !== k || color === undefined || foreignColors[lang]?.test(text)) continue;
			if (!list.some((w) => w.text === text && w.lang === lang)) list.push({ text, lang, color });
		}
		return list;
	});
	const taken = new Set(names.flatMap((list) => list.map(({ text }) => normaliseText(text))));
	const otherNumbers = concepts.flatMap(({ name, drawable }, concept) => {
		const text = everyday && drawable !== false ? otherNumber(name) : undefined;
		return text === undefined ? [] : [{ text, lang: 'en', concept }];
	});
	const relatives = [...listed, ...otherNumbers].flatMap((word): Relative[] => {
		const key = normaliseText(word.text);
		const color = colorIn(word.text);
		if (taken.has(key) || color === undefined) return [];
		taken.add(key);
		return [{ ...word, color }];
	});
	const members = new Map<string, number[]>();
	concepts.forEach((concept, k) => {
		for (const kind of concept.kinds ?? [])
			if (!taken.has(normaliseText(kind))) members.set(kind, [...(members.get(kind) ?? []), k]);
	});
	return { names, kinds: [...members].sort(([a], [b]) => (a < b ? -1 : 1)), relatives };
}

/**
 * Whose each text of the annotations is, whatever its language, since a tower that reads `chat` cannot know whether it is French. One that
 * several concepts claim is nobody's (-1), unless they are a thing and the people at it.
 */
function annotated(concepts: Corpus['concepts']): Map<string, number> {
	const claims = new Map<string, Set<number>>();
	concepts.forEach((concept, k) => {
		for (const { text } of concept.words) {
			const key = normaliseText(text);
			claims.set(key, (claims.get(key) ?? new Set()).add(k));
		}
	});
	const isPeople = (k: number) => concepts[k]!.drawable === false;
	return new Map(
		[...claims].map(([key, claimants]) => {
			const [first, ...others] = [...claimants].sort((j, k) => Number(isPeople(j)) - Number(isPeople(k)));
			const thing = thingIn(concepts[first!]!.name);
			return [key, others.every((k) => isPeople(k) && thingIn(concepts[k]!.name) === thing) ? first! : -1];
		}),
	);
}

/** Matches any of the alternatives where no letter adjoins; \b knows only ASCII letters, and would end 'weiß' before its ß. */
function wholeWords(alternatives: string): RegExp {
	return new RegExp(`(?<!\\p{L})(${alternatives})(?!\\p{L})`, 'u');
}
