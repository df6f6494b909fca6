/** @file Lists of words on disk: those that ship, and folders of the user's. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colorNames } from '../../src/guidance/color-words.js';
import { readText } from '../../src/guidance/readings.js';
import { countExpansions, expandAll } from '../../src/guidance/templates.js';
import { wildcardsIn } from '../../src/guidance/wildcards.js';

describe('the lists that ship', () => {
	const lists = wildcardsIn();
	it('are there', () => {
		expect(lists.names()).toEqual(
			expect.arrayContaining(['animal', 'color', 'colour', 'mood', 'place', 'style', 'weather']),
		);
	});

	it('have the colours that prompts are told apart by', () => {
		expect(lists.lines('colour')).toEqual(colorNames);
	});

	it.each(lists.names())('%s is well formed, and names only lists that are there', (name) => {
		const count = countExpansions(`__${name}__`, lists);
		expect(count).toBeGreaterThan(5);
		for (const text of expandAll(`__${name}__`, 500, lists)) expect(() => readText(text)).not.toThrow();
	});
});

describe('folders of lists', () => {
	let root: string;
	beforeAll(() => {
		root = mkdtempSync(join(tmpdir(), 'atelier-wildcards-'));
		for (const folder of ['own', 'other', 'own/sub']) mkdirSync(join(root, folder));
		writeFileSync(join(root, 'secret.txt'), 'secret\n');
		writeFileSync(
			join(root, 'own', 'color.txt'),
			'\uFEFF// comment\r\nmauve // a kind of violet\r\n\r\nhttp://x\r\nmauve\r\n',
		);
		writeFileSync(join(root, 'other', 'color.txt'), 'red\n');
		writeFileSync(join(root, 'other', 'wood.txt'), 'oak');
		writeFileSync(join(root, 'own', 'sub', 'deep.txt'), 'deep');
		writeFileSync(join(root, 'own', 'no name.txt'), 'x');
	});
	afterAll(() => rmSync(root, { recursive: true, force: true }));

	it('are read without comments, empty lines and repetitions; the first folder counts', () => {
		const lists = wildcardsIn([join(root, 'own'), join(root, 'other')]);
		expect(lists.lines('color')).toEqual(['mauve', 'http://x']);
		expect(lists.lines('wood')).toEqual(['oak']);
		expect(lists.names()).toEqual(['color', 'wood']);
		expect(lists.lines('none')).toBeUndefined();
	});

	it.each(['../secret', 'sub/deep', '..\\secret', '/etc/hostname', '', '.', 'color.txt'])(
		'%j leads nowhere',
		(name) => {
			expect(wildcardsIn([join(root, 'own')]).lines(name)).toBeUndefined();
		},
	);

	it('must be there', () => {
		expect(() => wildcardsIn([join(root, 'missing')])).toThrow(expect.objectContaining({ code: 'E_IO' }));
		expect(() => wildcardsIn([join(root, 'secret.txt')])).toThrow(/a folder of wildcards/);
	});
});
