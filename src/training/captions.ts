/** @file Captions for the text tower: names, synonyms and other languages' words of concepts, in templates, with colours, and in pairs. */

import { words } from '../encoders/words.js';
import type { Random } from '../random.js';
import { colorTemplates, fill, russianTemplates, templates } from './caption-templates.js';
import type { Corpus } from './corpus/index.js';
import { colorForms, type EverydayWords, type Relative, type TaughtWord, vocabularyOf } from './vocabulary.js';

/** A caption and what it means: the concepts, and a colour where it names one. */
export interface Caption {
	readonly text: string;
	/** Indices of concepts; two for 'a cat and a dog', more for 'an animal'. */
	readonly concepts: readonly number[];
	/** Index into colorNames, or -1. */
	readonly color: number;
}

/** Share of captions that name only the kind of thing. */
const kindShare = 0.04;
/** Share of captions by everyday words, of which there are half as many as words of concepts. */
const relativeShare = 0.3;

/** Which colours a caption may name. */
interface ColorOptions {
	readonly allowPair?: (concept: number, color: number) => boolean;
	readonly shown?: number;
}

/** Makes captions at random, as often as the concepts' words allow. */
export class CaptionSource {
	/** Per concept: words that mean it. The concept's own name is first. */
	readonly vocabulary: readonly (readonly TaughtWord[])[];
	/** More general words and the concepts that they hold of: `fruit`, `animal`. */
	readonly kinds: readonly (readonly [kind: string, concepts: readonly number[]])[];
	/** Words without a concept of their own, and the one that is drawn for them. */
	readonly relatives: readonly Relative[];

	/** @param everyday words whose nearest concept is known, default the project's table; false where captions have to be true of pictures */
	constructor(corpus: Pick<Corpus, 'concepts'>, everyday?: EverydayWords | false) {
		const { names, kinds, relatives } = vocabularyOf(corpus, everyday);
		this.vocabulary = names;
		this.kinds = kinds;
		this.relatives = relatives;
	}

	/** Every word that some caption contains. */
	allWords(): string[] {
		const set = new Set<string>([...colorForms.flat(), 'and', 'и', 'with']);
		for (const list of this.vocabulary) for (const { text } of list) for (const w of words(text)) set.add(w);
		for (const [kind] of this.kinds) for (const w of words(kind)) set.add(w);
		for (const { text } of this.relatives) for (const w of words(text)) set.add(w);
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
		if (this.relatives.length > 0 && random.chance(relativeShare)) {
			const relative = random.pick(this.relatives);
			if (relative.color < 0 || allowPair(relative.concept, relative.color))
				return captionWith(relative, relative.concept, random, { allowPair });
		}
		return this.about(concept, random, { allowPair });
	}

	/** One caption of a concept, by words that mean it. `shown` is the colour of a picture that it is for: no other is named; -1, none at all. */
	about(concept: number, random: Random, options: ColorOptions = {}): Caption {
		const { allowPair = () => true, shown } = options;
		let word = this.word(concept, random);
		// 'red apple' is the pair (apple, red) in one word.
		const untrue = shown !== undefined && word.color !== shown;
		if (word.color >= 0 && (untrue || !allowPair(concept, word.color))) word = this.vocabulary[concept]![0]!;
		return captionWith(word, concept, random, options);
	}

	private word(concept: number, random: Random) {
		const list = this.vocabulary[concept]!;
		if (random.chance(0.4)) return list[0]!;
		const lang = random.pick(['en', 'en', 'en', 'ru', 'ru', 'de', 'fr', 'es']);
		const own = list.filter((w) => w.lang === lang);
		return own.length > 0 ? random.pick(own) : list[0]!;
	}
}

function captionWith(word: TaughtWord, concept: number, random: Random, options: ColorOptions): Caption {
	const { allowPair = () => true, shown } = options;
	const russian = word.lang === 'ru';
	if (word.color < 0 && random.chance(0.45) && (russian || word.lang === 'en')) {
		const color = shown ?? random.int(colorForms.length);
		if (color >= 0 && allowPair(concept, color)) {
			const forms = colorForms[color]!.filter((form) => /[а-я]/.test(form) === russian);
			const form = random.pick(forms);
			const text = russian ? `${form} ${word.text}` : fill(random.pick(colorTemplates).replace('{c}', form), word.text);
			return { text, concepts: [concept], color };
		}
	}
	return {
		text: fill(random.pick(russian ? russianTemplates : templates), word.text),
		concepts: [concept],
		color: word.color,
	};
}
