/** @file Recipes of shapes, tiles, palettes and symmetry: what is told to be wrong, which renderer they make, their identity. */

import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../src/painter/create-renderer.js';
import { Random } from '../../src/random.js';
import { recipeHash } from '../../src/recipe/hash.js';
import { rgbOfHex } from '../../src/recipe/looks.js';
import { checkRecipe, parseRecipe, type RecipeInput } from '../../src/recipe/schema.js';

const words = { prompts: 'x' };
const size = { width: 40, height: 32 };

it.each<[RecipeInput, RegExp]>([
	[{ palette: { colors: ['red'] } }, /^'palette\.colors\.0': expected text such as '#1d3557', got 'red'$/],
	[{ palette: {} }, /^'palette': expected colours, or a number of learned ones, got none/],
	[{ palette: { colors: ['red'] } }, /^'palette\.colors\.0'/],
	[{ palette: { learned: 65 } }, /^'palette\.learned'/],
	[
		{ renderer: 'pixels', pixels: { color: false }, palette: { learned: 2 } },
		/^'pixels\.color': expected colour pixels/,
	],
	[{ renderer: 'tiles', symmetry: { kind: 'mirror' } }, /^'symmetry\.kind': expected 'none' for this renderer/],
	[{ symmetry: { kind: 'tile', order: 9 } }, /^'symmetry\.order': expected at most 8 repeats, got 9/],
	[
		{ renderer: 'pixels', pixels: { start: 'picture' } },
		/^'pixels\.start': expected a picture to start from, got none; give one to redraw/,
	],
	[{ shapes: { kind: 'blub' as 'blob' } }, /^'shapes\.kind': expected 'blob', 'curve', 'polygon' or 'ellipse'/],
	[{ tiles: { columns: 1 } }, /^'tiles\.columns'/],
])('refuses %j', (input, message) => {
	expect(checkRecipe({ ...words, ...input }).issues.map((issue) => issue.message)).toEqual([
		expect.stringMatching(message),
	]);
});

it('reads colours as on the web', () => {
	expect(rgbOfHex('#fF8000')).toEqual([1, 128 / 255, 0]);
});

describe('createRenderer', () => {
	const renderer = (input: RecipeInput) => createRenderer(parseRecipe({ ...words, ...input }), size);

	it.each<[RecipeInput, string, string[]]>([
		[{}, 'strokes', ['points', 'widths', 'colors', 'background']],
		[
			{ renderer: 'shapes', palette: { learned: 3 } },
			'shapes',
			['points', 'colors', 'background', 'sharpness', 'palette'],
		],
		[{ renderer: 'tiles', palette: { colors: ['#ff0000'] } }, 'tiles', ['points', 'colors', 'background', 'sharpness']],
		[
			{ renderer: 'pixels', pixels: { parameterisation: 'rgb' }, palette: { learned: 1 } },
			'pixels',
			['rgb', 'sharpness', 'palette'],
		],
	])('of %j makes %s', (input, name, groups) => {
		const made = renderer(input);
		expect(made.name).toBe(name);
		expect(Object.keys(made.init(new Random(1))).sort()).toEqual(groups.sort());
		expect(made.render(made.init(new Random(1))).image).toMatchObject(size);
	});

	it('repeats strokes and shapes under the symmetry, in every part of the look', () => {
		for (const kind of ['strokes', 'shapes'] as const) {
			const made = renderer({ renderer: kind, symmetry: { kind: 'mirror' } });
			const params = made.init(new Random(1));
			made.project(params);
			const { data } = made.render(params).image;
			for (let y = 0; y < 32; y++)
				for (let x = 0; x < 40; x++)
					expect(Math.abs(data[(y * 40 + x) * 3]! - data[(y * 40 + 39 - x) * 3]!)).toBeLessThan(1e-3);
		}
	});

	it('scales lengths with the shorter side', () => {
		const svg = renderer({ renderer: 'shapes', shapes: { outline: 0.05 } });
		expect(svg.toSvg!(svg.init(new Random(1)))).toContain('stroke-width="1.6"');
		const line = renderer({ strokes: { paths: 1, segments: 6, curve: 'smooth', length: [4, 4] } });
		const { points } = line.init(new Random(1));
		let length = 0;
		for (let i = 2; i < points!.length; i += 2)
			length += Math.hypot(points![i]! - points![i - 2]!, points![i + 1]! - points![i - 1]!);
		expect(length).toBeCloseTo(4 * 32, 1);
	});

	it('starts pixels from the picture that is redrawn, if it should', () => {
		const picture = { ...size, data: Float32Array.from({ length: 40 * 32 * 3 }, (_, i) => 0.2 + (i % 7) / 10) };
		const input = parseRecipe({ renderer: 'pixels', images: [{ path: 'x' }], pixels: { start: 'picture' } });
		const made = createRenderer(input, size, picture);
		const { data } = made.render(made.init(new Random(1))).image;
		expect(data.every((v, i) => Math.abs(v - picture.data[i]!) < 1e-4)).toBe(true);
		const gray = createRenderer({ ...input, pixels: { ...input.pixels, start: 'gray' } }, size, picture);
		expect(gray.render(gray.init(new Random(1))).image.data[0]).toBeCloseTo(0.5, 0);
	});
});

it('counts for the identity what the renderer looks at', () => {
	const hash = (input: RecipeInput) => recipeHash({ ...words, ...input });
	expect(hash({ shapes: { count: 3 } })).toBe(hash({}));
	expect(hash({ renderer: 'shapes', shapes: { count: 3 } })).not.toBe(hash({ renderer: 'shapes' }));
	expect(hash({ symmetry: { kind: 'mirror' } })).not.toBe(hash({}));
	expect(hash({ palette: { learned: 2 } })).not.toBe(hash({}));
	expect(hash({ renderer: 'tiles', strokes: { paths: 2 } })).toBe(hash({ renderer: 'tiles' }));
});
