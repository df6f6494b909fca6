/** @file Preset files: what is taken and refused, and the committed JSON Schema. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPreset, parsePreset, presetSchemaFile } from '../../src/recipe/preset.js';

describe('parsePreset', () => {
	it('keeps the recipe partial', () => {
		const preset = parsePreset({
			$schema: './preset.schema.json',
			version: 5,
			title: 'Fine lines',
			tags: ['line'],
			recipe: { strokes: { style: 'clipdraw' }, negative: 'text' },
			measured: { score: 0.4, seconds: 12, machine: '2 cores' },
		});
		expect(preset).toMatchObject({ title: 'Fine lines', description: '', tags: ['line'] });
		expect(preset.recipe).toEqual({ strokes: { style: 'clipdraw' }, negative: 'text' });
	});

	it('brings recipes of earlier versions to the present one', () => {
		const written = { title: 'x', recipe: { prompts: [{ text: '(a)' }] } };
		const strokes = { style: 'bold', paths: 18 };
		const migrated = { prompts: [{ text: '\\(a\\)' }], strokes, candidates: 6 };
		expect(parsePreset({ ...written, version: 1 }).recipe).toEqual(migrated);
		expect(parsePreset({ ...written, recipe: { ...written.recipe, version: 1 } }).recipe).toEqual(migrated);
		expect(parsePreset(written).recipe).toEqual(written.recipe);
		// Of version 3 it had fourteen strokes if it was about strokes; how things stand it never said.
		const of3 = (recipe: object) => parsePreset({ title: 'x', version: 3, recipe }).recipe;
		expect(of3({ negative: 'text' })).toEqual({ negative: 'text' });
		expect(of3({ strokes: { style: 'clipdraw' } })).toEqual({ strokes: { paths: 14, style: 'clipdraw' } });
	});

	it('says everything that is wrong', () => {
		expect(checkPreset({ recipe: { strokes: { path: 3 } }, tag: [], thumbnail: '../x.png' }).issues).toEqual([
			expect.objectContaining({ path: 'title', got: 'nothing' }),
			expect.objectContaining({ path: 'recipe.strokes.path', suggestion: 'recipe.strokes.paths' }),
			expect.objectContaining({ path: 'thumbnail', got: "'../x.png'" }),
			expect.objectContaining({ path: 'tag', suggestion: 'tags' }),
		]);
	});

	it.each<[unknown, RegExp]>([
		[{ title: 'x' }, /'recipe': expected an object, got nothing/],
		[{ title: 'x', version: 9, recipe: {} }, /preset of version 5 or earlier, got 9; update atelier/],
		[[], /a preset as an object, got an empty list/],
		[JSON.parse('{"title":"x","recipe":{"__proto__":{}}}'), /'recipe\.__proto__': expected no key of this name/],
	])('refuses %j', (input, message) => {
		expect(() => parsePreset(input)).toThrow(expect.objectContaining({ code: 'E_RECIPE' }));
		expect(() => parsePreset(input)).toThrow(message);
	});
});

it('presets/preset.schema.json is that of the program (npm run schema)', () => {
	const committed = readFileSync(join(import.meta.dirname, '../../presets/preset.schema.json'), 'utf8');
	expect(committed).toBe(presetSchemaFile());
});
