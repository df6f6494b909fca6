import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readDocument } from '../../src/batch/document.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-document-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const read = (name: string, text: string | Uint8Array) => {
	const path = join(root, name);
	writeFileSync(path, text);
	return readDocument(path);
};

describe('readDocument', () => {
	it('reads the same from YAML and JSON', () => {
		const yaml = 'name: Leaves\nrecipe:\n  steps: 5\naxes:\n  prompts: [a leaf, a tree]\n  seeds: 1-3\n';
		const json = JSON.stringify({
			name: 'Leaves',
			recipe: { steps: 5 },
			axes: { prompts: ['a leaf', 'a tree'], seeds: '1-3' },
		});
		expect(read('a.yaml', yaml)).toEqual(read('a.json', json));
		expect(read('a.yml', yaml)).toMatchObject({ name: 'Leaves', axes: { seeds: '1-3' }, rows: [] });
	});

	it('reads rows of JSON, JSON lines and CSV', () => {
		const rows = [{ prompts: 'a leaf', 'strokes.paths': 12 }, { prompts: 'a, b' }];
		expect(read('rows.json', JSON.stringify(rows)).rows).toEqual(rows);
		expect(read('rows.jsonl', `${JSON.stringify(rows[0])}\n\n${JSON.stringify(rows[1])}\r\n`).rows).toEqual(rows);
		expect(read('rows.csv', '\uFEFFprompts,strokes.paths\r\na leaf,12\r\n"a, b",\r\n').rows).toEqual([
			{ prompts: 'a leaf', 'strokes.paths': '12' },
			{ prompts: 'a, b' },
		]);
	});

	const bomb = `a: &a [1,2,3,4,5,6,7,8,9]\n${[...'bcdefg'].map((k, i) => `${k}: &${k} [${Array(9).fill(`*${'abcdef'[i]}`).join(',')}]`).join('\n')}`;
	it.each<[string, string, RegExp]>([
		['bomb.yaml', bomb, /alias/i],
		['code.yaml', 'recipe: !!js/function "function () {}"', /tag/i],
		['set.yaml', 'recipe: !!set {steps}', /plain data/],
		['binary.yaml', 'recipe: !!binary aGk=', /plain data/],
		['two.yaml', '--- a\n--- b', /multiple documents/],
		['twice.yaml', 'axes: {}\naxes: {}', /unique/],
		['proto.yaml', 'recipe:\n  __proto__: {steps: 1}', /__proto__/],
		['deep.yaml', `recipe: ${'['.repeat(2000)}${']'.repeat(2000)}`, /levels|depth|stack/i],
		['text.yaml', 'just words', /expected an object/],
		['typo.yaml', 'axis:\n  seeds: 1-2', /did you mean 'axes'/],
		['both.yaml', 'axes: {seeds: 1-2}\nrows: [{seed: 1}]', /axes or rows/],
		['none.json', '[]', /at least one row/],
		['broken.json', '{"axes": ', /expected JSON/],
		['proto.json', '{"recipe": {"__proto__": {"steps": 1}}}', /__proto__/],
		['lines.jsonl', '{"seed": 1}\n{"seed": ', /line 2: expected JSON/],
		['list.jsonl', '{"seed": 1}\n[2]', /rows\.1/],
		['ragged.csv', 'prompts,seed\na leaf,1\na tree\n', /CSV.*line 3/],
		['quote.csv', 'prompts\n"a leaf\n', /CSV/],
		['names.csv', 'seed,seed\n1,2\n', /column 2/],
		['nameless.csv', 'seed,\n1,2\n', /column 2/],
		['proto.csv', '__proto__,seed\n1,2\n', /__proto__/],
		['header.csv', 'prompts,seed\n', /at least one row/],
		['empty.csv', '', /at least one row/],
	])('refuses %s', (name, text, message) =>
		expect(() => read(name, text)).toThrow(
			expect.objectContaining({ code: 'E_RECIPE', message: expect.stringMatching(message) }),
		),
	);

	it('refuses too many rows, and other files', () => {
		expect(() => read('many.csv', `seed\n${'1\n'.repeat(10_001)}`)).toThrow(/at most 10000|10000 entries/);
		expect(() => read('a.txt', '')).toThrow(expect.objectContaining({ code: 'E_ARGUMENT' }));
		expect(() => readDocument(join(root, 'none.yaml'))).toThrow(expect.objectContaining({ code: 'E_IO' }));
		expect(() => readDocument(root)).toThrow(expect.objectContaining({ code: 'E_ARGUMENT' }));
	});

	it('answers any bytes with a document or an error of its own', () =>
		fc.assert(
			fc.property(
				fc.constantFrom('x.yaml', 'x.json', 'x.jsonl', 'x.csv'),
				fc.oneof(
					fc.uint8Array({ maxLength: 60 }),
					fc.string({ unit: fc.constantFrom(...'{}[]:,&*!-? \n"\'#|>a1'), maxLength: 60 }),
				),
				(name, content) => {
					try {
						expect(read(name, content)).toHaveProperty('rows');
					} catch (error) {
						expect(['E_RECIPE', 'E_IO']).toContain((error as { code?: string }).code);
					}
				},
			),
			{ numRuns: 100 },
		));
});
