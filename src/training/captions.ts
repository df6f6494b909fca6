/** @file Captions for the text tower: names, synonyms and other languages' words of concepts, in templates, with colours, and in pairs. */

import { words } from '../encoders/words.js';
import { colorWords } from '../guidance/color-words.js';
import type { Random } from '../random.js';
import type { Corpus } from './corpus/index.js';

/** A caption and what it means: the concepts, and a colour where it names one. */
export interface Caption {
	readonly text: string;
	/** Indices of concepts; two for 'a cat and a dog', more for 'an animal'. */
	readonly concepts: readonly number[];
	/** Index into colorNames, or -1. */
	readonly color: number;
}

/** Colour words by index of colorNames. */
const colorForms: readonly (readonly string[])[] = Object.values(colorWords).map(({ english, russian }) => [
	...english,
	...russian,
]);
const colorOf = new Map(colorForms.flatMap((forms, i) => forms.map((form) => [form, i] as const)));

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

const templates: readonly string[] = [
	'{}',
	'{}',
	'{}',
	'a {}',
	'a {}',
	'the {}',
	'an {}',
	'one {}',
	'a drawing of a {}',
	'a picture of a {}',
	'a picture of the {}',
	'a sketch of a {}',
	'an icon of a {}',
	'a {} icon',
	'{} emoji',
	'a photo of a {}',
	'a painting of a {}',
	'a small {}',
	'a big {}',
	'a large {}',
	'a little {}',
	'a beautiful {}',
	'a simple {}',
	'a cute {}',
	'my {}',
	'draw a {}',
	'a {} on a white background',
	'a cartoon {}',
	'a bright {}',
	'this is a {}',
	'an image of {}',
	'some {}',
	'symbol of a {}',
];
const russianTemplates: readonly string[] = [
	'{}',
	'{}',
	'{}',
	'рисунок {}',
	'картинка {}',
	'большой {}',
	'маленький {}',
	'большая {}',
	'маленькая {}',
	'красивый {}',
	'красивая {}',
	'нарисуй {}',
];
const colorTemplates: readonly string[] = [
	'{c} {}',
	'{c} {}',
	'a {c} {}',
	'a {c} {}',
	'the {c} {}',
	'a drawing of a {c} {}',
	'a picture of a {c} {}',
	'a small {c} {}',
	'a big {c} {}',
	'a {} in {c}',
	'a {c} {} icon',
	'a {} that is {c}',
	'{c} {} on white',
];

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

/** Share of captions that name only the kind of thing. */
const kindShare = 0.04;

/** Makes captions at random, as often as the concepts' words allow. */
export class CaptionSource {
	/** Per concept: words that mean it, with the colour that they name (-1 for none). The concept's own name is first. */
	readonly vocabulary: readonly { readonly text: string; readonly lang: string; readonly color: number }[][];
	/** More general words and the concepts that they hold of: `fruit`, `animal`. */
	readonly kinds: readonly (readonly [kind: string, concepts: readonly number[]])[];

	constructor(corpus: Pick<Corpus, 'concepts'>) {
		const names = new Set(corpus.concepts.map((c) => c.name));
		// Concepts that a text is a word of, in whatever language; what the supplement says goes before annotations.
		const uses = new Map<string, number>();
		for (const c of corpus.concepts)
			for (const text of new Set(c.words.map((w) => w.text))) uses.set(text, (uses.get(text) ?? 0) + 1);
		const owner = new Map([...names].flatMap((name) => (supplement[name] ?? []).map((text) => [text, name] as const)));
		this.vocabulary = corpus.concepts.map((concept) => {
			const list = [{ text: concept.name, lang: 'en', color: -1 }];
			const candidates = [
				...concept.words,
				...(supplement[concept.name] ?? []).map((text) => ({ text, lang: /[а-я]/.test(text) ? 'ru' : 'en' })),
			];
			for (const { text, lang } of candidates) {
				const parts = words(text);
				const colors = parts.flatMap((p) => colorOf.get(p) ?? []);
				const onlyColor = colors.length === parts.length;
				// A word of several concepts, or another concept's name, says nothing certain about this one.
				const ambiguous =
					names.has(text) || (owner.has(text) ? owner.get(text) !== concept.name : (uses.get(text) ?? 0) > 1);
				const foreignColor = foreignColors[lang]?.test(text) ?? false;
				if (text === concept.name || onlyColor || colors.length > 1 || ambiguous || foreignColor) continue;
				if (list.some((w) => w.text === text && w.lang === lang)) continue;
				list.push({ text, lang, color: colors[0] ?? -1 });
			}
			return list;
		});
		const known = new Set(this.vocabulary.flatMap((list) => list.map(({ text }) => text)));
		const members = new Map<string, number[]>();
		corpus.concepts.forEach((concept, k) => {
			for (const kind of concept.kinds ?? [])
				if (!known.has(kind)) members.set(kind, [...(members.get(kind) ?? []), k]);
		});
		this.kinds = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
	}

	/** Every word that some caption contains. */
	allWords(): string[] {
		const set = new Set<string>([...colorForms.flat(), 'and', 'и', 'with']);
		for (const list of this.vocabulary) for (const { text } of list) for (const w of words(text)) set.add(w);
		for (const [kind] of this.kinds) for (const w of words(kind)) set.add(w);
		for (const t of [...templates, ...russianTemplates, ...colorTemplates])
			for (const w of words(t.replace('{c}', '').replace('{}', ''))) set.add(w);
		return [...set].sort();
	}

	/** One caption. `allowPair` says whether a (concept, colour) pair may be used: held-out pairs test composition. */
	draw(random: Random, allowPair: (concept: number, color: number) => boolean = () => true): Caption {
		if (this.kinds.length > 0 && random.chance(kindShare)) {
			const [kind, concepts] = random.pick(this.kinds);
			return { text: fill(random.pick(templates), kind), concepts, color: -1 };
		}
		const concept = random.int(this.vocabulary.length);
		if (random.chance(0.08)) {
			const other = random.int(this.vocabulary.length);
			const [a, b] = [this.vocabulary[concept]![0]!.text, this.vocabulary[other]![0]!.text];
			return {
				text: random.pick(['{a} and {b}', 'a {a} and a {b}', 'a {a} with a {b}']).replace('{a}', a).replace('{b}', b),
				concepts: [concept, other],
				color: -1,
			};
		}
		return this.about(concept, random, { allowPair });
	}

	/** One caption of a concept. `shown` is the colour of a picture that it is for: no other is named; -1, none at all. */
	about(
		concept: number,
		random: Random,
		{ allowPair = () => true, shown }: { allowPair?: (concept: number, color: number) => boolean; shown?: number } = {},
	): Caption {
		let word = this.word(concept, random);
		// 'red apple' is the pair (apple, red) in one word.
		const untrue = shown !== undefined && word.color !== shown;
		if (word.color >= 0 && (untrue || !allowPair(concept, word.color))) word = this.vocabulary[concept]![0]!;
		const russian = word.lang === 'ru';
		if (word.color >= 0)
			return {
				text: fill(random.pick(russian ? russianTemplates : templates), word.text),
				concepts: [concept],
				color: word.color,
			};
		if (random.chance(0.45) && (russian || word.lang === 'en')) {
			const color = shown ?? random.int(colorForms.length);
			if (color >= 0 && allowPair(concept, color)) {
				const forms = colorForms[color]!.filter((form) => /[а-я]/.test(form) === russian);
				const form = random.pick(forms);
				const text = russian
					? `${form} ${word.text}`
					: fill(random.pick(colorTemplates).replace('{c}', form), word.text);
				return { text, concepts: [concept], color };
			}
		}
		return {
			text: fill(random.pick(russian ? russianTemplates : templates), word.text),
			concepts: [concept],
			color: -1,
		};
	}

	private word(concept: number, random: Random) {
		const list = this.vocabulary[concept]!;
		if (random.chance(0.4)) return list[0]!;
		const lang = random.pick(['en', 'en', 'en', 'ru', 'ru', 'de', 'fr', 'es']);
		const own = list.filter((w) => w.lang === lang);
		return own.length > 0 ? random.pick(own) : list[0]!;
	}
}

const fill = (template: string, text: string) => template.replace('{}', text);

/** Matches any of the alternatives where no letter adjoins; \b knows only ASCII letters, and would end 'weiß' before its ß. */
function wholeWords(alternatives: string): RegExp {
	return new RegExp(`(?<!\\p{L})(${alternatives})(?!\\p{L})`, 'u');
}
