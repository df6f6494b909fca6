import { describe, expect, it } from 'vitest';
import { recipeSchema } from '../../../src/recipe/schema.js';
import { jsonSchema } from '../../../src/validation.js';
import { fieldsOf, hexOf, humanName, rgbOf, sliderOf, valueAt, withValue } from '../../../studio/web/form-model.js';
import type { JsonNode } from '../../../studio/web/json-node.js';

const schema = jsonSchema(recipeSchema) as JsonNode;
const section = (name: string) => fieldsOf(schema.properties![name]!, [name]);

describe('fields of the recipe', () => {
	it('have the kinds, ranges and words of the schema', () => {
		const fields = new Map(section('strokes').map((field) => [field.path.at(-1), field]));
		expect(fields.get('paths')).toMatchObject({
			kind: 'number',
			whole: true,
			minimum: 1,
			maximum: 10_000,
			default: 8,
		});
		expect(fields.get('brush')).toMatchObject({ kind: 'choice', options: ['plain', 'neon', 'watercolour'] });
		expect(fields.get('background')).toMatchObject({ kind: 'color', default: [1, 1, 1] });
		expect(fields.get('width')).toMatchObject({ kind: 'pair', optional: true, unit: 'of the shorter side' });
		expect(fields.get('learnBackground')).toMatchObject({ kind: 'switch', advanced: true });
		expect(fields.get('paths')?.description).not.toBe('');
	});

	it('are there for every setting of every renderer', () => {
		for (const name of ['strokes', 'shapes', 'tiles', 'pixels', 'symmetry'])
			expect(section(name).map(({ path }) => path[1])).toEqual(Object.keys(schema.properties![name]!.properties!));
	});

	it('leave out what no control fits', () => {
		expect(fieldsOf(schema, [], ['version', 'prompts', 'steps']).map(({ path }) => path[0])).toEqual(['steps']);
	});
});

describe('values', () => {
	it('are set and taken out without a trace', () => {
		const set = withValue({ seed: 1 }, ['strokes', 'paths'], 20);
		expect(set).toEqual({ seed: 1, strokes: { paths: 20 } });
		expect(valueAt(set, ['strokes', 'paths'])).toBe(20);
		expect(valueAt(set, ['tiles', 'gap'])).toBeUndefined();
		expect(withValue(set, ['strokes', 'paths'], undefined)).toEqual({ seed: 1 });
	});

	it('go over sliders and back', () => {
		for (const field of [...section('strokes'), ...section('tiles')].filter(({ kind }) => kind === 'number')) {
			const slider = sliderOf(field);
			const value = typeof field.default === 'number' ? field.default : (field.minimum ?? 0);
			expect(slider.fromSlider(slider.toSlider(value))).toBeCloseTo(value, 2);
			expect(slider.fromSlider(0)).toBe(field.minimum);
		}
	});

	it('are colours and names that people read', () => {
		expect(hexOf([1, 0.5, 0])).toBe('#ff8000');
		expect(rgbOf('#ff8000')).toEqual([1, 0.502, 0]);
		expect(humanName('opacityPenalty')).toBe('Opacity penalty');
		expect(humanName('outlineColor')).toBe('Outline colour');
	});
});
