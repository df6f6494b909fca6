/** @file Folders that can and cannot be made. */

import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../src/folders.js';

const root = mkdtempSync(join(tmpdir(), 'atelier-folders-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('makeFolder', () => {
	it('makes all levels, and again', () => {
		const path = join(root, 'a', 'b', 'c');
		makeFolder(path);
		makeFolder(path);
		expect(existsSync(path)).toBe(true);
	});

	it('refuses a file in the way', () => {
		writeFileSync(join(root, 'file'), '');
		expect(() => makeFolder(join(root, 'file', 'x'))).toThrow(expect.objectContaining({ code: 'E_IO' }));
	});

	it('refuses a link that leads nowhere', () => {
		symlinkSync(join(root, 'gone'), join(root, 'link'));
		expect(() => makeFolder(join(root, 'link'))).toThrow(expect.objectContaining({ code: 'E_IO' }));
	});

	it.runIf(process.platform === 'linux')('ends where nothing can be made', () => {
		expect(() => makeFolder('/proc/x/y')).toThrow(expect.objectContaining({ code: 'E_IO' }));
	});
});
