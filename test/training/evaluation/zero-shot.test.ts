/** @file Zero-shot accuracy of embeddings that are known. */

import { describe, expect, it } from 'vitest';
import { engineByName } from '../../../src/engines/index.js';
import { nameEmbeddings, nameTemplates, pictureEmbeddings } from '../../../src/training/evaluation/embeddings.js';
import { heldOutPictures, showPictures } from '../../../src/training/evaluation/held-out.js';
import { zeroShot } from '../../../src/training/evaluation/zero-shot.js';
import { colorEncoder, liftedColor, paints, patchCorpus } from './toys.js';

const axis = (...values: number[]) => Float32Array.from(values);
const names = {
	texts: ['a', 'b', 'c', 'hidden'],
	rows: [axis(1, 0, 0, 0), axis(0, 1, 0, 0), axis(0, 0, 1, 0), axis(0, 0, 0, 1)],
	drawable: [true, true, true, false],
};

describe('zeroShot', () => {
	const plain = [
		axis(0.9, 0.1, 0, 0), // a: right
		axis(0.2, 0.9, 0, 0.95), // b: right among the drawable, not among all
		axis(0.6, 0.5, 0.4, 0), // c: third
		axis(0, 0.3, 0, 0.8), // hidden: right, of all names only
		axis(0.3, 0.8, 0, 0), // a, taken for b
	];
	const labels = [0, 1, 2, 3, 0];
	const report = zeroShot({ plain, gray: plain.map(() => axis(1, 0, 0, 0)) }, labels, names);

	it('counts drawable pictures among drawable names, and all among all', () => {
		expect(report.drawable).toEqual({ top1: 0.5, top5: 1, grayTop1: 0.5, grayTop5: 1, pictures: 4, names: 3 });
		expect(report.all).toEqual({ top1: 0.4, top5: 1, grayTop1: 0.4, grayTop5: 1, pictures: 5, names: 4 });
	});

	it('lists the worst names and what they are taken for', () => {
		expect(report.worst).toEqual([
			{ name: 'c', rank: 2, pictures: 1 },
			{ name: 'a', rank: 0.5, pictures: 2 },
		]);
		expect(report.confusions.map(({ name, takenFor, pictures }) => [name, takenFor, pictures])).toEqual([
			['a', 'b', 1],
			['c', 'a', 1],
		]);
		expect(report.confusions[0]!.lead).toBeCloseTo(0.5, 6);
	});

	it('puts the most frequent mistake first', () => {
		const wrong = [axis(0.5, 0.51, 0, 0), axis(0.5, 0.51, 0, 0), axis(0, 0, 0.9, 0)];
		const { confusions } = zeroShot({ plain: wrong, gray: wrong }, [0, 0, 1], names);
		expect(confusions.map(({ name, takenFor, pictures }) => [name, takenFor, pictures])).toEqual([
			['a', 'b', 2],
			['b', 'c', 1],
		]);
	});
});

describe('with an encoder of colours', () => {
	const corpus = patchCorpus(Object.entries(paints).map(([concept, color]) => ({ concept, color })));

	it('knows every picture by its name, and none in gray but by chance', async () => {
		const engine = await engineByName('reference');
		const encoder = colorEncoder(paints);
		const pictures = heldOutPictures(corpus);
		const embed = (gray: boolean) =>
			pictureEmbeddings(encoder, engine, pictures.length, showPictures(corpus, pictures, 4, gray));
		const plain = await embed(false);
		Object.values(paints).forEach((color, i) => {
			liftedColor(color).forEach((x, k) => {
				expect(plain[i]![k]).toBeCloseTo(x, 5);
			});
		});
		const texts = corpus.concepts.map(({ name }) => name);
		const rows = await nameEmbeddings(encoder, texts);
		const drawable = texts.map(() => true);
		const report = zeroShot(
			{ plain, gray: await embed(true) },
			pictures.map((_, i) => i),
			{ texts, rows, drawable },
		);
		expect(report.drawable.top1).toBe(1);
		expect(report.drawable.grayTop1).toBeLessThan(0.5);
	});

	it('embeds more pictures than fit into one run, each as alone', async () => {
		const engine = await engineByName('reference');
		const encoder = colorEncoder(paints);
		const many = Array.from({ length: 150 }, (_, i) => i % 6);
		const rows = await pictureEmbeddings(encoder, engine, many.length, showPictures(corpus, many, 4));
		expect(rows).toHaveLength(150);
		for (const i of [63, 64, 127, 128, 149]) expect(rows[i]).toEqual(rows[i % 6]);
		expect(await pictureEmbeddings(encoder, engine, 0, showPictures(corpus, [], 4))).toEqual([]);
	});
});

describe('nameEmbeddings', () => {
	it('is the normalised mean over the templates', async () => {
		const seen: string[] = [];
		const encodeTexts = async (texts: readonly string[]) => {
			seen.push(...texts);
			return texts.map((text) => (text.startsWith('a ') ? axis(0, 1) : axis(1, 0)));
		};
		const [row] = await nameEmbeddings({ encodeTexts }, ['cat'], ['{}', 'a {}', 'a small {}', 'the {}']);
		expect(seen).toEqual(['cat', 'a cat', 'a small cat', 'the cat']);
		expect([...row!].map((x) => x.toFixed(4))).toEqual(['0.7071', '0.7071']);
		expect(nameTemplates.every((template) => template.includes('{}'))).toBe(true);
	});
});
