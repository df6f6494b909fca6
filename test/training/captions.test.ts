/** @file The captions that are drawn: their vocabulary, colours and pairs, and what is held out. */

import { describe, expect, it } from 'vitest';
import { words } from '../../src/encoders/words.js';
import { colorNames } from '../../src/guidance/color-words.js';
import { Random } from '../../src/random.js';
import { CaptionSource } from '../../src/training/captions.js';
import { isHeldOutPair } from '../../src/training/text-stage.js';

const en = (text: string) => ({ text, lang: 'en' });
const concepts = [
	{ name: 'apple', words: [en('apple'), en('red apple'), en('pomaceous'), en('red'), { text: 'яблоко', lang: 'ru' }] },
	{ name: 'heart', words: [en('heart'), en('love'), { text: 'rotes herz', lang: 'de' }, { text: 'herz', lang: 'de' }] },
	{ name: 'crown', words: [en('crown'), en('king'), { text: 'auto', lang: 'de' }, { text: 'auto', lang: 'es' }] },
	{ name: 'princess', words: [en('princess'), en('king'), en('crown'), { text: 'корона', lang: 'ru' }] },
];
const everyday = {
	en: { crown: 'diadem, princess', apple: 'green apple tree', princess: 'love', heart: 'sweetheart', ship: 'ferry' },
	ru: { crown: 'диадема' },
};
const source = new CaptionSource({ concepts }, everyday);
const index = (name: string) => concepts.findIndex((c) => c.name === name);
const textsOf = (name: string) => source.vocabulary[index(name)]!.map((w) => w.text);
const draw = (count: number, seed: number, allow?: (concept: number, color: number) => boolean) => {
	const random = new Random(seed);
	return Array.from({ length: count }, () => source.draw(random, allow));
};

describe('the vocabulary', () => {
	it('begins with each concept’s own name', () => {
		expect(source.vocabulary.map((list) => list[0])).toEqual(
			concepts.map(({ name }) => ({ text: name, lang: 'en', color: -1 })),
		);
	});

	it('knows which colour a word names, and holds no bare colours nor colours that are not learnt', () => {
		expect(source.vocabulary[index('apple')]).toContainEqual({
			text: 'red apple',
			lang: 'en',
			color: colorNames.indexOf('red'),
		});
		expect(textsOf('apple')).not.toContain('red');
		expect(textsOf('heart')).toContain('herz');
		expect(textsOf('heart')).not.toContain('rotes herz');
	});

	it('takes a word for a colour that is not learnt in its own language only, and only when it is whole', () => {
		const texts = ['weiß', 'weißes herz', 'rotor', 'rot', 'rose', 'rosé', 'gris', 'grisaille'];
		const left = (lang: string) =>
			new CaptionSource(
				{ concepts: [{ name: 'thing', words: texts.map((text) => ({ text, lang })) }] },
				{},
			).vocabulary[0]!.slice(1).map((w) => w.text);
		expect(left('en')).toEqual(texts);
		expect(left('de')).toEqual(['rotor', 'rose', 'rosé', 'gris', 'grisaille']);
		expect(left('fr')).toEqual(['weiß', 'weißes herz', 'rotor', 'rot', 'rosé', 'grisaille']);
		expect(left('es')).toEqual(['weiß', 'weißes herz', 'rotor', 'rot', 'rose', 'rosé', 'grisaille']);
	});

	it('has no word of two concepts, nor another concept’s name', () => {
		expect(textsOf('crown')).not.toContain('king');
		expect(textsOf('princess')).toEqual(['princess']);
	});

	it('keeps a word that one concept has in two languages', () => {
		expect(source.vocabulary[index('crown')]!.filter((w) => w.text === 'auto').map((w) => w.lang)).toEqual([
			'de',
			'es',
		]);
	});

	it('gives the supplement’s words to their concept alone, once', () => {
		expect(textsOf('crown')).toContain('корона');
		expect(textsOf('princess')).not.toContain('корона');
		expect(textsOf('heart')).toContain('сердце');
	});
});

describe('words without a concept of their own', () => {
	const of = (text: string) => source.relatives.filter((w) => w.text === text);

	it('are those of the table, for concepts that there are, with the colours that they name', () => {
		expect(of('diadem')).toEqual([{ text: 'diadem', lang: 'en', concept: index('crown'), color: -1 }]);
		expect(of('диадема')).toEqual([{ text: 'диадема', lang: 'ru', concept: index('crown'), color: -1 }]);
		expect(of('green apple tree')[0]!.color).toBe(colorNames.indexOf('green'));
		expect(of('ferry')).toEqual([]);
	});

	it('go by the table before annotations, but never by a name of another', () => {
		expect(of('love')[0]!.concept).toBe(index('princess'));
		expect(textsOf('heart')).not.toContain('love');
		expect(of('princess')).toEqual([]);
	});

	it('include the other number of names', () => {
		expect(of('apples')[0]!.concept).toBe(index('apple'));
		const socks = new CaptionSource({ concepts: [{ name: 'socks', words: [] }] }, {});
		expect(socks.relatives.map((w) => w.text)).toEqual(['sock']);
	});

	it('are the thing’s alone where people at it bear its word', () => {
		const mages = [
			{ name: 'mage', words: [en('wizard'), en('spell'), en('help')] },
			{ name: 'sos button', words: [en('help')], drawable: false },
			{ name: 'woman mage', words: [en('wizard')], drawable: false },
			{ name: 'book', words: [en('spell')] },
		];
		const { vocabulary } = new CaptionSource({ concepts: mages }, {});
		expect(vocabulary[0]!.map((w) => w.text)).toEqual(['mage', 'wizard']);
		expect(vocabulary[1]!.map((w) => w.text)).toEqual(['sos button']);
		expect(vocabulary[2]!.map((w) => w.text)).toEqual(['woman mage']);
	});

	it('are none where captions have to be true of pictures, nor do they take words from a concept there', () => {
		const plain = new CaptionSource({ concepts }, false);
		expect(plain.relatives).toEqual([]);
		expect(plain.vocabulary[index('heart')]!.map((w) => w.text)).toContain('love');
	});

	it('take the place of kinds', () => {
		const fruit = ['apple', 'pear', 'plum'].map((name) => ({ name, words: [], kinds: ['fruit', 'food'] }));
		const { kinds, relatives } = new CaptionSource({ concepts: fruit }, { en: { apple: 'fruit' } });
		expect(kinds.map(([kind]) => kind)).toEqual(['food']);
		expect(relatives).toContainEqual({ text: 'fruit', lang: 'en', concept: 0, color: -1 });
	});

	it('are in a quarter of the captions, and in none of a picture', () => {
		const relatives = new Set(source.relatives.map((w) => ` ${w.text} `));
		const share = (texts: readonly string[]) =>
			texts.filter((text) => [...relatives].some((word) => ` ${text} `.includes(word))).length / texts.length;
		expect(share(draw(4000, 3).map((c) => c.text))).toBeGreaterThan(0.23);
		expect(share(draw(4000, 3).map((c) => c.text))).toBeLessThan(0.3);
		const random = new Random(8);
		const shown = Array.from({ length: 500 }, (_, i) => source.about(i % concepts.length, random, { shown: -1 }).text);
		expect(share(shown)).toBe(0);
	});
});

describe('captions', () => {
	const captions = draw(4000, 1);

	it('are the same for the same seed', () => {
		expect(draw(50, 7)).toEqual(draw(50, 7));
		expect(draw(50, 7)).not.toEqual(draw(50, 8));
	});

	it('contain a word of each of their concepts and of no other', () => {
		const bare = (text: string) => ` ${words(text).join(' ')} `;
		const wrong = captions.filter(({ text, concepts: shown }) => {
			const named = source.vocabulary.flatMap((list, k) =>
				[...list, ...source.relatives.filter((w) => w.concept === k)].some((w) => bare(text).includes(bare(w.text)))
					? [k]
					: [],
			);
			return [...new Set(shown)].sort().join() !== named.join();
		});
		expect(wrong).toEqual([]);
	});

	it('name the colour that they say', () => {
		const forms: Record<string, RegExp> = {
			red: /red|scarlet|crimson|красн/,
			yellow: /yellow|golden|желт/,
			gray: /gr[ae]y|сер(ый|ая|ое|ые)/,
		};
		for (const [name, pattern] of Object.entries(forms)) {
			const own = captions.filter((c) => c.color === colorNames.indexOf(name as 'red'));
			expect(own.length, name).toBeGreaterThan(20);
			for (const { text } of own) expect(text).toMatch(pattern);
		}
		// Their share: a little under half, since not every language takes colours.
		const share = captions.filter((c) => c.color >= 0).length / captions.length;
		expect(share).toBeGreaterThan(0.25);
		expect(share).toBeLessThan(0.5);
	});

	it('join two concepts now and then, without a colour', () => {
		const pairs = captions.filter((c) => c.concepts.length === 2);
		expect(pairs.length / captions.length).toBeGreaterThan(0.05);
		expect(pairs.length / captions.length).toBeLessThan(0.11);
		for (const { text, color } of pairs) {
			expect(color).toBe(-1);
			expect(text).toMatch(/ and | with /);
		}
	});

	it('never hold a pair that is held out, not even as one word', () => {
		const heldOut = isHeldOutPair(0.4);
		const red = colorNames.indexOf('red');
		const allowed = draw(3000, 2, (concept, color) => !heldOut(concept, color) && !(concept === 0 && color === red));
		const colored = allowed.filter((c) => c.color >= 0);
		expect(colored.length).toBeGreaterThan(200);
		expect(colored.filter(({ concepts: [k], color }) => heldOut(k!, color))).toEqual([]);
		expect(allowed.some((c) => c.text.includes('red apple'))).toBe(false);
		expect(captions.some((c) => c.text.includes('red apple'))).toBe(true);
	});

	it('consist of words that allWords lists', () => {
		const known = new Set(source.allWords());
		expect(captions.flatMap(({ text }) => words(text)).filter((word) => !known.has(word))).toEqual([]);
		expect(known).not.toContain('{');
		expect(known).not.toContain('c');
	});
});

describe('a caption of a picture', () => {
	const about = (concept: string, shown: number) => {
		const random = new Random(6);
		return Array.from({ length: 300 }, () => source.about(index(concept), random, { shown }));
	};

	it('names the colour that it shows, often, and no other', () => {
		const red = colorNames.indexOf('red');
		const captions = about('apple', red);
		expect(new Set(captions.map((c) => c.color))).toEqual(new Set([-1, red]));
		expect(captions.filter((c) => c.color === red).length).toBeGreaterThan(80);
		expect(captions.some((c) => c.text.includes('red apple'))).toBe(true);
		expect(captions.every((c) => c.concepts[0] === index('apple'))).toBe(true);
	});

	it('names none where no colour is shown, nor one that a name of the concept brings with it', () => {
		for (const shown of [-1, colorNames.indexOf('green')]) {
			const captions = about('apple', shown);
			expect(captions.some((c) => /\bred\b|красн/.test(c.text))).toBe(false);
			expect(new Set(captions.map((c) => c.color)).size).toBe(shown < 0 ? 1 : 2);
		}
	});
});

describe('isHeldOutPair', () => {
	it('holds out about its share of the pairs, always the same', () => {
		const [some, none, all] = [isHeldOutPair(0.2), isHeldOutPair(0), isHeldOutPair(1)];
		let count = 0;
		let exceptions = 0;
		for (let k = 0; k < 300; k++)
			for (let c = 0; c < colorNames.length; c++) {
				if (some(k, c)) count++;
				if (none(k, c) || !all(k, c) || isHeldOutPair(0.2)(k, c) !== some(k, c)) exceptions++;
			}
		expect(exceptions).toBe(0);
		expect(count / (300 * colorNames.length)).toBeGreaterThan(0.17);
		expect(count / (300 * colorNames.length)).toBeLessThan(0.23);
	});
});
