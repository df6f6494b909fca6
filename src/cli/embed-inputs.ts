/** @file What `atelier embed` is given: files, folders and patterns of pictures; texts, and files of texts. */

import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { AtelierError } from '../errors.js';
import { guard, readTextFile } from '../files.js';

const endings = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'svg', 'avif', 'tif', 'tiff'];
const picture = new RegExp(`\\.(?:${endings.join('|')})$`, 'i');

/** Pictures by path, texts, and what is neither. */
export interface EmbedInputs {
	readonly images: readonly string[];
	readonly texts: readonly string[];
	/** What could not be read, by name. */
	readonly failures: readonly AtelierError[];
}

/**
 * Sort out words of a command line: what is there is a picture or a folder of them (with its folders), what has a picture's
 * ending or is a pattern (`*`, `?`, `[a-z]`, `**` for folders) should be there, and all else is text.
 * @param lists files of texts, one a line; '-' for stdin
 */
export function embedInputs(words: readonly string[], lists: readonly string[]): EmbedInputs {
	const images: string[] = [];
	const texts: string[] = [];
	const failures: AtelierError[] = [];
	const attempt = (read: () => void) => {
		try {
			read();
		} catch (error) {
			if (!(error instanceof AtelierError)) throw error;
			failures.push(error);
		}
	};
	for (const word of words)
		attempt(() => {
			const found = guard(`to read the pictures of '${word}'`, () => picturesOf(word));
			if (found?.length === 0)
				throw new AtelierError('E_IMAGE', `expected pictures in '${word}', got none (${endings.join(', ')})`);
			if (found) images.push(...found);
			else texts.push(word);
		});
	for (const list of lists) attempt(() => texts.push(...linesOf(list)));
	return { images, texts, failures };
}

/** The pictures that a word names; undefined for a text. */
function picturesOf(word: string): string[] | undefined {
	const stat = statOf(word);
	if (stat) return stat.isDirectory() ? picturesIn(word) : [word];
	if (/[*?[]/.test(word) && picture.test(word)) return matching(word);
	// Texts have stars too, but spaces besides.
	if (/\*/.test(word) && !/\s/.test(word)) return matching(word).filter((path) => picture.test(path));
	return picture.test(word) ? [word] : undefined;
}

/** What is at a path; nothing where that is too long for one, as texts may be. */
function statOf(path: string): Stats | undefined {
	try {
		return statSync(path);
	} catch {
		return undefined;
	}
}

function linesOf(list: string): string[] {
	const [name, text] =
		list === '-'
			? ['stdin', guard('texts on stdin', () => readFileSync(0, 'utf8'))]
			: [`'${list}'`, readTextFile(list)];
	const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
	if (lines.length === 0) throw new AtelierError('E_ARGUMENT', `expected texts, one a line, from ${name}, got none`);
	return lines;
}

const picturesIn = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => picture.test(name))
		.sort()
		.map((name) => join(folder, name));

/** Files that a pattern matches. */
function matching(pattern: string): string[] {
	const parts = pattern.split(/[\\/]/);
	const plain = parts.findIndex((part) => /[*?[]/.test(part));
	const root = parts.slice(0, plain).join(sep) || (pattern.startsWith('/') ? '/' : '.');
	const rest = parts.slice(plain).join('/');
	const source = rest.replace(/\*\*\/|\*\*|[*?]|\[[^\]]+\]|[.+^${}()|[\]\\]/g, (mark) => {
		if (mark === '**/') return '(?:.*/)?';
		if (mark === '**') return '.*';
		if (mark === '*') return '[^/]*';
		if (mark.length > 1) return mark.replace(/^\[!/, '[^');
		return mark === '?' ? '[^/]' : `\\${mark}`;
	});
	const wanted = new RegExp(`^${source}$`);
	if (!statOf(root)?.isDirectory()) return [];
	const recursive = rest.includes('/') || rest.includes('**');
	return readdirSync(root, { recursive, encoding: 'utf8' })
		.filter((name) => wanted.test(name.replaceAll(sep, '/')))
		.sort()
		.map((name) => (root === '.' ? name : join(root, name)))
		.filter((path) => statOf(path)?.isFile());
}
