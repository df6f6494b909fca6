/** @file Builds the corpus: sources to candidates to small rasters to `images.bin`, `corpus.json` and the NOTICE that licences ask for. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AtelierError } from '../../errors.js';
import { makeFolder } from '../../folders.js';
import { clipartCandidates } from './clipart.js';
import { type ConceptEntry, ConceptMatcher, defaultConcepts } from './concepts.js';
import { fetchSources } from './fetch.js';
import type { CorpusFile, CorpusImage, CorpusSource } from './format.js';
import { type Candidate, candidates, chooseSets, readIconSet, type SourceInfo } from './iconify.js';
import { NearCopies } from './near-copies.js';
import { noticeText } from './notice.js';
import { rasterize, rasterSize } from './rasterize.js';
import type { CollectionInfo, ImageKind } from './sources.js';
import { conceptWords, emojiLabels, readAnnotations } from './words.js';

/** Where to build from and to. */
export interface BuildOptions {
	/** Folder for `images.bin`, `corpus.json` and `NOTICE`; created if need be. */
	readonly out: string;
	/** Folder for downloaded packages (about 600 MB). */
	readonly cache: string;
	/** Folder of Open Clip Art's SVG files, when it is in no usual place. */
	readonly clipart?: string;
	readonly concepts?: readonly ConceptEntry[];
	readonly onProgress?: (progress: BuildProgress) => void;
}

/** How far a build is. */
export interface BuildProgress {
	readonly phase: 'fetch' | 'read' | 'draw' | 'write';
	readonly done: number;
	readonly total: number;
}

/** What a build has made. */
export interface CorpusSummary {
	readonly images: number;
	readonly heldOut: number;
	readonly words: number;
	/** Training images by kind. */
	readonly kinds: Readonly<Record<ImageKind, number>>;
	readonly sources: readonly CorpusSource[];
	/** Concepts with fewer than 8 training images, with their counts. */
	readonly thin: readonly (readonly [string, number])[];
	/** Candidates whose drawing failed or was empty, and copies or near copies within a concept. */
	readonly dropped: { readonly empty: number; readonly copies: number };
	readonly notes: readonly string[];
}

/** Drawings under way at once; the order of results does not depend on it. */
const batchSize = 32;
/** Concepts with fewer training images are reported as thin. */
const thinBelow = 8;

/**
 * Build the corpus. Same package versions, same concepts: same bytes.
 *
 * @throws AtelierError E_IO when packages cannot be installed, E_CORPUS when they are not what they should be
 */
export async function buildCorpus(options: BuildOptions): Promise<CorpusSummary> {
	// Found out before anything is fetched.
	makeFolder(options.out);
	const progress = options.onProgress ?? (() => {});
	const concepts = options.concepts ?? defaultConcepts;
	const matcher = new ConceptMatcher(concepts);
	progress({ phase: 'fetch', done: 0, total: 1 });
	const folders = await fetchSources(options.cache, options.clipart);
	const annotations = await readAnnotations(folders.emojibase);
	const labels = emojiLabels(annotations);

	const collections = JSON.parse(await readFile(join(folders.iconify, 'collections.json'), 'utf8')) as Record<
		string,
		CollectionInfo
	>;
	const sets = chooseSets(collections);
	const found: Candidate[] = [];
	const infos: SourceInfo[] = [];
	for (const [done, [prefix, kind]] of sets.entries()) {
		progress({ phase: 'read', done, total: sets.length });
		const set = await readIconSet(folders.iconify, prefix);
		infos.push({
			name: prefix,
			title: set.info.name,
			package: '@iconify/json',
			version: folders.versions['@iconify/json'] ?? '',
			licence: set.info.license.spdx ?? set.info.license.title,
		});
		for (const candidate of candidates(set, kind, matcher, labels)) found.push(candidate);
	}
	if (folders.clipart) {
		for (const candidate of await clipartCandidates(folders.clipart, matcher)) found.push(candidate);
		infos.push({
			name: 'openclipart',
			title: 'Open Clip Art Library',
			package: 'openclipart-svg (Debian)',
			version: folders.clipartVersion ?? '',
			licence: 'Public Domain',
		});
	}

	const drawn = await draw(keepOneHeldOut(found, concepts), (done, total) => progress({ phase: 'draw', done, total }));
	const words = await conceptWords(concepts, annotations, folders.wordnet);
	progress({ phase: 'write', done: 0, total: 1 });
	const sources = infos
		.map((info) => ({ ...info, images: drawn.images.filter((image) => image.source === info.name).length }))
		.filter((info) => info.images > 0);
	const file: CorpusFile = {
		version: 1,
		size: rasterSize,
		concepts: concepts.map(({ name, fixed }, i) => ({ name, ...(fixed ? { fixed } : {}), words: words[i] ?? [] })),
		images: drawn.images,
		sources,
	};
	try {
		await writeFile(join(options.out, 'images.bin'), Buffer.concat(drawn.pixels));
		await writeFile(join(options.out, 'corpus.json'), `${JSON.stringify(file)}\n`);
		await writeFile(join(options.out, 'NOTICE'), noticeText(sources));
	} catch (cause) {
		throw new AtelierError(
			'E_IO',
			`expected to write to '${options.out}', but could not (${(cause as Error).message})`,
			{
				cause,
			},
		);
	}
	return summarise(file, drawn, folders.notes);
}

/** Of the held-out vendor one image a concept stays: the one whose name is closest to the concept's, else the first. */
function keepOneHeldOut(found: readonly Candidate[], concepts: readonly ConceptEntry[]): Candidate[] {
	const best = new Map<number, Candidate>();
	const rank = (candidate: Candidate): number => {
		const concept = concepts[candidate.concept];
		const words = candidate.name.replaceAll('-', ' ');
		return words === concept?.name
			? -1
			: (concept?.also?.indexOf(words) ?? -1) + (concept?.also?.includes(words) ? 0 : 1000);
	};
	for (const candidate of found) {
		if (!candidate.heldOut) continue;
		const current = best.get(candidate.concept);
		if (!current || rank(candidate) < rank(current)) best.set(candidate.concept, candidate);
	}
	return found.filter((candidate) => !candidate.heldOut || best.get(candidate.concept) === candidate);
}

interface Drawn {
	readonly images: CorpusImage[];
	readonly pixels: Uint8Array[];
	empty: number;
	copies: number;
}

async function draw(found: readonly Candidate[], progress: (done: number, total: number) => void): Promise<Drawn> {
	const result: Drawn = { images: [], pixels: [], empty: 0, copies: 0 };
	const seen = new NearCopies();
	for (let start = 0; start < found.length; start += batchSize) {
		progress(start, found.length);
		const batch = found.slice(start, start + batchSize);
		const rasters = await Promise.all(
			batch.map(async ({ svg }) => rasterize(typeof svg === 'string' ? svg : await readFile(svg.path))),
		);
		batch.forEach(({ concept, kind, source, name, heldOut }, i) => {
			const raster = rasters[i];
			if (!raster) {
				result.empty++;
				return;
			}
			// Held-out images are judged like the rest: a copy of a training image would measure nothing.
			if (!seen.admit(concept, raster)) {
				result.copies++;
				return;
			}
			result.images.push({ concept, kind, source, name, heldOut });
			result.pixels.push(raster);
		});
	}
	return result;
}

function summarise(file: CorpusFile, drawn: Drawn, notes: readonly string[]): CorpusSummary {
	const kinds: Record<ImageKind, number> = { emoji: 0, color: 0, glyph: 0, clipart: 0 };
	const counts = new Array<number>(file.concepts.length).fill(0);
	let heldOut = 0;
	for (const image of file.images) {
		if (image.heldOut) {
			heldOut++;
			continue;
		}
		kinds[image.kind]++;
		counts[image.concept] = (counts[image.concept] ?? 0) + 1;
	}
	return {
		images: file.images.length - heldOut,
		heldOut,
		words: file.concepts.reduce((sum, concept) => sum + concept.words.length, 0),
		kinds,
		sources: file.sources,
		thin: file.concepts
			.map(({ name }, i) => [name, counts[i] ?? 0] as const)
			.filter(([, count]) => count < thinBelow)
			.sort((a, b) => a[1] - b[1]),
		dropped: { empty: drawn.empty, copies: drawn.copies },
		notes,
	};
}
