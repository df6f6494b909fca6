/** @file Public-domain clip art (Debian's openclipart-svg): drawings whose title names a concept. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConceptMatcher } from './concepts.js';
import type { Candidate, SourceInfo } from './iconify.js';
import { plainWords } from './names.js';

/** Larger drawings are photographs in disguise and slow to draw. */
const maxBytes = 300_000;

/** Titles that hold no title. */
const junk = /flat icon|collection|untitled|icon set|clip ?art|logo|template/i;

/** A public-domain drawing and what it says about itself. */
export interface ClipartFile {
	/** Path below the folder. */
	readonly name: string;
	readonly path: string;
	readonly svg: string;
	readonly title: string;
}

/** Every drawing in a folder of clip art (searched deeply) whose licence tag says public domain, sorted by path. */
export async function* clipartFiles(folder: string): AsyncGenerator<ClipartFile> {
	const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.svg')).sort();
	for (const name of files) {
		const path = join(folder, name);
		if ((await stat(path)).size > maxBytes) continue;
		const svg = await readFile(path, 'utf8');
		if (!/license[^>]*PublicDomain|licenses\/publicdomain/i.test(svg)) continue;
		yield { name, path, svg, title: /<dc:title>([^<]*)<\/dc:title>/.exec(svg)?.[1] ?? '' };
	}
}

/** Where clip art comes from. @param version of Debian's package */
export const clipartInfo = (version: string): SourceInfo => ({
	name: 'openclipart',
	title: 'Open Clip Art Library',
	package: 'openclipart-svg (Debian)',
	version,
	licence: 'Public Domain',
});

/** The drawings whose title names a concept. */
export async function clipartCandidates(folder: string, matcher: ConceptMatcher): Promise<Candidate[]> {
	const out: Candidate[] = [];
	for await (const { name, path, title } of clipartFiles(folder)) {
		const concept = matchTitle(title, matcher);
		if (concept >= 0)
			out.push({ concept, kind: 'clipart', source: 'openclipart', name, heldOut: false, svg: { path } });
	}
	return out;
}

/** The concept that a title names, or -1: `Red apple 02` yes, `apple and knife` or `how to draw an apple in ten steps` no. */
export function matchTitle(title: string, matcher: ConceptMatcher): number {
	if (junk.test(title)) return -1;
	const words = plainWords(title)
		.split(' ')
		.filter(
			(word) =>
				!/^(\d+|a|an|the|simple|v\d+|ver|icon|colou?r|bw|black|white|red|green|blue|yellow|architetto)$/.test(word),
		);
	if (words.length === 0 || words.length > 3) return -1;
	return matcher.match(words, 'title');
}
