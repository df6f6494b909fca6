/** @file The cases that the original tokenizers were run on, and folders to load tokenizers from. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const fixturePath = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
export const fixtureJson = <T>(name: string): T => JSON.parse(readFileSync(fixturePath(name), 'utf8')) as T;

/** What openai/CLIP with ftfy 6.3.1 makes of a text. */
export interface ClipCase {
	readonly text: string;
	readonly ids: readonly number[];
	readonly ids_without_ftfy: readonly number[];
	readonly ftfy_text: string;
	readonly row77: readonly number[];
	readonly too_long: boolean;
	readonly decode: string;
}
export const clipCases = fixtureJson<{ cases: readonly ClipCase[] }>('tokenizer_cases.json').cases;

/** Makes folders with files: contents, or the name of a fixture after '@'. They are gone after the tests. */
export function folders(): (files: Readonly<Record<string, string | Uint8Array | object>>) => string {
	const root = mkdtempSync(join(tmpdir(), 'tokenizers-'));
	afterAll(() => rmSync(root, { recursive: true }));
	let made = 0;
	return (files) => {
		const folder = join(root, String(made++));
		mkdirSync(folder);
		for (const [name, contents] of Object.entries(files)) {
			const path = join(folder, name);
			if (typeof contents === 'string' && contents.startsWith('@')) cpSync(fixturePath(contents.slice(1)), path);
			else if (typeof contents === 'string' || contents instanceof Uint8Array) writeFileSync(path, contents);
			else writeFileSync(path, JSON.stringify(contents));
		}
		return folder;
	};
}
