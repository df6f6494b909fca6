/** @file Recipes that are taken and refused, what is said about them, versions, and data from strangers. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkRecipe, parseRecipe, recipeSchema } from '../../src/recipe/schema.js';
import { type JsonNode, jsonSchema } from '../../src/validation.js';

const fixture = (name: string): unknown =>
	JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures', name), 'utf8'));

describe('the schema', () => {
	it('says of every field what it is, and has a default unless it may be left out', () => {
		const visit = (node: JsonNode, path: string) => {
			for (const [key, field] of Object.entries(node.properties ?? {})) {
				const place = `${path}${key}`;
				expect(field.description, place).toMatch(/^.{4,}\.$/);
				if (node.required?.includes(key)) expect(['text', 'path'], place).toContain(key);
				visit(field, `${place}.`);
			}
			for (const inner of [...(node.anyOf ?? []), ...(node.items ? [node.items] : [])]) visit(inner, path);
		};
		visit(jsonSchema(recipeSchema), '');
	});

	it('fills in every default, and leaves open what depends on the encoder', () => {
		const recipe = parseRecipe({ prompts: 'a cat' });
		expect(recipe).toMatchObject({ version: 5, steps: 300, seed: 0, strokes: { paths: 8 }, negative: [], images: [] });
		expect(recipe).not.toHaveProperty('canvas');
		expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
	});

	it('takes prompts as text, as texts and as objects', () => {
		expect(parseRecipe({ prompts: 'a cat:2 | a dog' }).prompts).toEqual([
			{ text: 'a cat', weight: 2 },
			{ text: 'a dog', weight: 1 },
		]);
		const { prompts, negative } = parseRecipe({
			prompts: ['a cat:1:0.4', { text: 'a dog', stop: 0.2 }],
			negative: ['blur', 'text:2', { text: 'dust' }],
		});
		expect(prompts).toEqual([
			{ text: 'a cat', weight: 1, stop: 0.4 },
			{ text: 'a dog', weight: 1, stop: 0.2 },
		]);
		expect(negative).toEqual([
			{ text: 'blur', weight: -0.3 },
			{ text: 'text', weight: -2 },
			{ text: 'dust', weight: -0.3 },
		]);
	});
});

describe('what is wrong', () => {
	const messages = (recipe: object) => checkRecipe({ prompts: 'a cat', ...recipe }).issues.map((i) => i.message);

	it.each<[object, RegExp]>([
		[{ strokes: { path: 3 } }, /^unknown key 'strokes\.path'; did you mean 'strokes\.paths'\?$/],
		[{ paths: 3 }, /^unknown key 'paths'; did you mean 'strokes\.paths'\?$/],
		[
			{ prompts: [{ text: 'a', wieght: 2 }] },
			/^unknown key 'prompts\.0\.wieght'; did you mean 'prompts\.0\.weight'\?$/,
		],
		[{ engine: { zzz: 2 } }, /^unknown key 'engine\.zzz'; known: name, providers, threads$/],
		[{ strokes: { paths: 'many' } }, /^'strokes\.paths': expected a whole number from 1 to 10000, got 'many'$/],
		[
			{ strokes: { width: [0.1] } },
			/^'strokes\.width': expected a list of 2, each a number from 0 to 1, got a list of 1$/,
		],
		[{ strokes: 3 }, /^'strokes': expected an object, got 3$/],
		[{ size: [16, 5000] }, /^'size\.1': expected a whole number from 16 to 4096, got 5000$/],
		[{ steps: 1.5 }, /^'steps': expected a whole number from 1 to 100000, got 1\.5$/],
		[{ rate: 0 }, /^'rate': expected a number above 0 and at most 100, got 0$/],
		[{ rate: Number.NaN }, /^'rate': expected a number above 0 and at most 100, got NaN$/],
		[{ tidy: 'yes' }, /^'tidy': expected true or false, got 'yes'$/],
		[{ renderer: 'oil' }, /^'renderer': expected 'strokes', 'shapes', 'tiles' or 'pixels', got 'oil'$/],
		[{ renderer: 'pixel' }, /got 'pixel'; did you mean 'pixels'\?$/],
		[{ prompts: 3 }, /^'prompts': expected text of 1 to \d+ characters or a list of at most 32 entries, got 3$/],
		[{ prompts: [3] }, /^'prompts\.0': expected text of 1 to \d+ characters or an object, got 3$/],
		[{ prompts: [{}] }, /^'prompts\.0\.text': expected text of 1 to \d+ characters, got nothing$/],
		[{ prompts: ['a', 'b:99'] }, /^'prompts\.1': expected a weight of -10 to 10 .*, got 99 in 'b:99'/],
		[{ prompts: 'a|'.repeat(40) }, /^'prompts': expected at most 32 prompts, got 40$/],
		[{ negative: [{ text: 'a', weight: 1 }] }, /^'negative\.0\.weight': expected a number from -10 to 0, got 1$/],
		[{ seed: 2 ** 32 }, /^'seed': expected a whole number from -1 to 4294967295, got 4294967296$/],
		[{ images: [{ path: 'a' }, { path: 'b' }] }, /^'images\.1\.use': expected one picture to redraw, got another/],
		[
			{ images: [{ path: 'a', weight: -1 }] },
			/^'images\.0\.weight': expected a number from 0 to 10 for a picture to redraw/,
		],
	])('%j', (recipe, message) => {
		expect(messages(recipe)).toEqual([expect.stringMatching(message)]);
	});

	it('is listed as a whole, by path, and thrown as the first with the count', () => {
		const bad = { prompts: [], steps: 0, strokes: { path: 1, color: 'red' } };
		const { issues } = checkRecipe(bad);
		expect(issues).toEqual([
			{
				path: 'strokes.color',
				message: "'strokes.color': expected 'color' or 'black', got 'red'",
				expected: "'color' or 'black'",
				got: "'red'",
			},
			expect.objectContaining({ path: 'strokes.path', got: "'path'", suggestion: 'strokes.paths' }),
			expect.objectContaining({ path: 'steps', expected: 'a whole number from 1 to 100000', got: '0' }),
		]);
		expect(() => parseRecipe(bad)).toThrow(
			expect.objectContaining({
				code: 'E_RECIPE',
				message: "recipe: 'strokes.color': expected 'color' or 'black', got 'red' (the first of 3 problems)",
			}),
		);
		expect(() => parseRecipe({})).toThrow('expected at least one prompt or picture, got none; say what to draw');
	});
});

describe('data from strangers', () => {
	const nested = (levels: number) => {
		let inner: unknown = 1;
		for (let i = 0; i < levels; i++) inner = i % 2 ? [inner] : { strokes: inner };
		return inner;
	};
	it.each<[string, unknown, RegExp]>([
		['__proto__', JSON.parse('{"prompts":"a","__proto__":{"steps":3}}'), /'__proto__': expected no key of this name/],
		['constructor', { prompts: 'a', strokes: { constructor: {} } }, /'strokes\.constructor': expected no key/],
		['100,000 levels', nested(100_000), /at most 12 levels inside one another/],
		['a text of a megabyte', { prompts: 'x'.repeat(1 << 20) }, /'prompts': expected text of at most 20000 characters/],
		['a million values', { prompts: new Array(1_000_000).fill('a') }, /at most 200000 values/],
		['a function', { prompts: 'a', steps: () => 3 }, /'steps': expected plain data as in JSON, got a function/],
		['a bigint', { prompts: 'a', steps: 3n }, /'steps': expected plain data/],
		[
			'an instance',
			{ prompts: 'a', strokes: new Map() },
			/'strokes': expected plain data as in JSON, got an object of/,
		],
		['a list', [], /expected a recipe as an object, got an empty list/],
		['null', null, /expected a recipe as an object, got null/],
		['nothing', undefined, /expected a recipe as an object, got nothing/],
		['text', 'a cat', /expected a recipe as an object, got 'a cat'/],
	])('%s is refused in one short line', (_, input, message) => {
		expect(() => parseRecipe(input)).toThrow(expect.objectContaining({ code: 'E_RECIPE' }));
		const [first] = checkRecipe(input).issues;
		expect(first?.message).toMatch(message);
		expect(first?.message.length).toBeLessThan(300);
	});

	it('never reaches a prototype', () => {
		checkRecipe(JSON.parse('{"prompts":"a","__proto__":{"polluted":1},"strokes":{"__proto__":{"polluted":1}}}'));
		expect({}).not.toHaveProperty('polluted');
	});
});

describe('versions', () => {
	it('a recipe of version 1 draws what it drew: its words are plain', () => {
		const recipe = parseRecipe(fixture('recipe-1.json'));
		expect(recipe).toMatchObject({
			version: 5,
			prompts: [
				{ text: 'a house \\(red\\) at 3:45', weight: 1 },
				{ text: 'snow\\__white \\[old\\] \\{x\\|y\\} c:\\\\d', weight: -0.5 },
			],
			negative: [],
			images: [{ path: 'input.png', sha256: 'ab'.repeat(32), weight: 0.4, use: 'redraw' }],
			seed: 7,
			steps: 120,
			canvas: 48,
			views: 6,
			strokes: { paths: 24, width: [0.02, 0.1] },
			candidates: 6,
		});
	});

	it('a recipe of version 2 begins with six drawings, unless it says otherwise', () => {
		expect(parseRecipe({ version: 2, prompts: 'a' })).toMatchObject({ version: 5, candidates: 6 });
		expect(parseRecipe({ version: 2, prompts: 'a', candidates: 2 }).candidates).toBe(2);
		expect(parseRecipe({ version: 3, prompts: 'a' }).candidates).toBe(14);
	});

	it('a recipe of version 3 looks for all things all over the canvas, unless it says otherwise', () => {
		expect(parseRecipe({ version: 3, prompts: 'a' })).toMatchObject({ version: 5, layout: 'one' });
		expect(parseRecipe({ version: 3, prompts: 'a', layout: 'beside' }).layout).toBe('beside');
		expect(parseRecipe({ version: 4, prompts: 'a' }).layout).toBe('auto');
	});

	it('a recipe of version 3 has as many strokes as then', () => {
		expect(parseRecipe({ version: 3, prompts: 'a' })).toMatchObject({ strokes: { paths: 14 } });
		expect(parseRecipe({ version: 3, prompts: 'a', strokes: { paths: 3 } }).strokes.paths).toBe(3);
		for (const strokes of [5, null, 'ab'])
			expect(checkRecipe({ version: 3, prompts: 'a', strokes }).issues).toMatchObject([{ path: 'strokes' }]);
	});

	it('a recipe of version 4 looks at candidates through all views, unless it says otherwise', () => {
		expect(parseRecipe({ version: 4, prompts: 'a' })).toMatchObject({ version: 5, candidateViews: 64 });
		expect(parseRecipe({ version: 4, prompts: 'a', candidateViews: 2 }).candidateViews).toBe(2);
		expect(parseRecipe({ version: 5, prompts: 'a' }).candidateViews).toBeUndefined();
	});

	it('what is malformed in an earlier version is refused like anything else', () => {
		expect(checkRecipe({ version: 1, prompts: [{ text: 3 }, null] }).issues.map((i) => i.path)).toEqual([
			'prompts.0.text',
			'prompts.1',
		]);
	});

	it.each<[unknown, RegExp]>([
		[6, /'version': expected a recipe of version 5 or earlier, got 6; update atelier to use it/],
		[0, /'version': expected a whole number from 1 to 5, got 0/],
		['2', /'version': expected a whole number from 1 to 5, got '2'/],
	])('version %j is refused', (version, message) => {
		expect(() => parseRecipe({ version, prompts: 'a', new: true })).toThrow(message);
	});
});

describe('edits', () => {
	const issuesOf = (edit: unknown) => checkRecipe({ prompts: 'a cat', edits: [edit] }).issues.map((i) => i.message);

	it('are checked by what they do', () => {
		expect(issuesOf({ at: 1, do: 'lock', strokes: [0] })).toEqual([]);
		expect(issuesOf({ at: 1, do: 'lock', strokes: [-1] }).join()).toMatch(/'edits\.0\.strokes\.0'/);
		expect(issuesOf({ at: 1, do: 'words', prompts: 'a (cat' }).join()).toMatch(/'edits\.0\.prompts/);
		expect(issuesOf({ at: 1, do: 'lock' }).join()).toMatch(/strokes/);
		expect(issuesOf({ do: 'undo' }).join()).toMatch(/at/);
		expect(issuesOf({ at: 1, do: 'paint' }).join()).toMatch(/edits\.0/);
	});

	it('may be a thousand', () => {
		const edits = (n: number) => Array.from({ length: n }, (_, at) => ({ at, do: 'rate', rate: 1 }));
		expect(checkRecipe({ prompts: 'a cat', edits: edits(1000) }).issues).toEqual([]);
		expect(checkRecipe({ prompts: 'a cat', edits: edits(1001) }).issues[0]!.message).toMatch(/1000/);
	});
});
