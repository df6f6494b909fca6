/** @file Whether two pictures are the same, and why they may not be. */

import { describe, expect, it } from 'vitest';
import { comparePictures, compareSvgs, reasonsToDiffer } from '../../src/export/verify.js';
import { fromBytes } from '../../src/image.js';
import { packageVersion } from '../../src/package-root.js';
import { carry, embedRecipe, thisPlatform } from '../../src/recipe/carry/index.js';
import { parseRecipe } from '../../src/recipe/schema.js';

describe('comparePictures', () => {
	const bytes = Uint8Array.from({ length: 2 * 2 * 3 }, (_, i) => i * 20);
	it('is of bits, not of impressions', () => {
		const one = fromBytes(2, 2, bytes);
		expect(comparePictures(one, fromBytes(2, 2, bytes))).toEqual({ same: true });
		const other = fromBytes(2, 2, bytes.with(5, bytes[5]! + 6));
		expect(comparePictures(one, other)).toEqual({
			same: false,
			mean: 0.5,
			max: 6,
			difference: 'mean abs difference 0.5, max 6 (of 255)',
		});
		expect(comparePictures(one, fromBytes(4, 1, bytes))).toEqual({
			same: false,
			difference: '2 x 2 pixels, not 4 x 1',
		});
	});
});

describe('compareSvgs', () => {
	const svg = '<svg viewBox="0 0 4 4" width="9">\n<path d="M1 1C2 2 3 3 4 4" stroke="rgb(1,2,3)"/>\n</svg>';
	const with_ = (from: string, to: string) => compareSvgs(svg, svg.replace(from, to));
	const carried = carry(parseRecipe({ prompts: 'a' }), { step: 1, scores: [], picture: 'a'.repeat(64) });

	it('sees the drawing alone', () => {
		expect(compareSvgs(svg, embedRecipe(Buffer.from(svg), 'svg', carried).toString())).toEqual({ same: true });
		expect(with_('width="9"', 'width="500" id="x"')).toEqual({ same: true });
		expect(with_('\n<path d="M1 1C2 2 3 3 4 4" stroke', '<!-- --><path   d="M1 1C2 2 3 3 4 4"\n\tstroke')).toEqual({
			same: true,
		});
	});

	it('sees every number, element and attribute of it', () => {
		expect(with_('4 4"/', '4 5"/')).toMatchObject({ same: true });
		expect(with_('C2 2', 'C2 2.5')).toMatchObject({ same: false, max: 0.5 });
		expect(with_('rgb(1,2', 'rgb(1,3')).toMatchObject({ same: false, max: 1 });
		expect(with_('0 0 4 4', '0 0 4 8')).toMatchObject({ same: false, max: 4 });
		expect(with_('</svg>', '<g/></svg>')).toEqual({ same: false, difference: '3 elements, not 4' });
		expect(with_('stroke=', 'fill=')).toEqual({ same: false, difference: 'other kinds of paths' });
	});
});

describe('reasonsToDiffer', () => {
	const recipe = parseRecipe({
		prompts: 'a',
		encoder: { name: '/models/mine', hash: 'a'.repeat(64) },
		images: [{ path: '/home/me/x.png', sha256: 'b'.repeat(64) }],
	});
	const carried = {
		...carry(recipe, { engine: 'onnxruntime-node 1.30.0 (cpu)', step: 1, scores: [], picture: 'a'.repeat(64) }),
	};
	const here = { recipe, engine: 'onnxruntime-node 1.30.0 (cpu)' };

	it('finds none where everything is the same, wherever pictures and encoders lie', () => {
		const moved = {
			...recipe,
			encoder: { ...recipe.encoder, name: 'other' },
			images: [{ ...recipe.images[0]!, path: 'y' }],
		};
		expect(reasonsToDiffer(carried, { ...here, recipe: moved })).toEqual([]);
	});

	it.each([
		[
			'threads',
			carried,
			{ ...here, recipe: parseRecipe({ ...recipe, engine: { threads: 8 } }) },
			'engine.threads is 8 here, 2 in the file',
		],
		[
			'weights',
			carried,
			{ ...here, recipe: { ...recipe, encoder: { ...recipe.encoder, hash: 'c'.repeat(64) } } },
			/^encoder\.hash is "c{56}\.\.\. here, "a{56}\.\.\. in the file$/,
		],
		[
			'engine',
			carried,
			{ ...here, engine: 'onnxruntime-node 1.31.0 (cpu)' },
			'the engine is onnxruntime-node 1.31.0 (cpu) here, not onnxruntime-node 1.30.0 (cpu)',
		],
		[
			'platform',
			{ ...carried, platform: 'plan9 mips' },
			here,
			`the platform is ${thisPlatform()} here, not plan9 mips`,
		],
		['version', { ...carried, atelier: '9.0.0' }, here, `this is atelier ${packageVersion()} here, not 9.0.0`],
		['failure', { ...carried, mid_step: true as const }, here, 'its run failed in the middle of a step'],
		[
			'edited',
			{ ...carried, recipe: { ...carried.recipe, steps: 5 } },
			{ ...here, recipe: { ...recipe, steps: 5 } },
			'its recipe is not the one that it was drawn with',
		],
	])('names the %s', (_, from, to, reason) => {
		const reasons = reasonsToDiffer(from, to);
		expect(reasons).toHaveLength(1);
		if (typeof reason === 'string') expect(reasons[0]).toBe(reason);
		else expect(reasons[0]).toMatch(reason);
	});
});
