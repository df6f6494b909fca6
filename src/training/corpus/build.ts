/** @file Builds the corpus: sources to candidates to small rasters to `images.bin`, `corpus.json`, a table of the concepts and the NOTICE that licences ask for. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unwritable } from '../../files.js';
import { makeFolder } from '../../folders.js';
import { clipartCandidates, clipartInfo } from './clipart.js';
import { conceptTable } from './concept-table.js';
import { type ConceptEntry, ConceptMatcher, defaultConcepts } from './concepts.js';
import { fetchSources } from './fetch.js';
import type { CorpusFile, CorpusImage, CorpusSource } from './format.js';
import {
	type Candidate,
	candidates,
	chooseSets,
	readCollections,
	readIconSet,
	type SourceInfo,
	setInfo,
} from './iconify.js';
import { NearCopies } from './near-copies.js';
import { noticeText } from './notice.js';
import { provenanceOf } from './provenance.js';
import { rasterize, rasterSize } from './rasterize.js';
import type { ImageKind } from './sources.js';
import { conceptKinds, conceptWords, emojiLabels, emojiNames, readAnnotations } from './words.js';

/** Where to build from and to. */
export interface BuildOptions {
	/** Folder for `images.bin`, `corpus.json`, `concepts.tsv` and `NOTICE`; created if need be. */
	readonly out: string;
	/** Folder for downloaded packages (about 600 MB). */
	readonly cache: string;
	/** Folder of Open Clip Art's SVG files, when it is in no usual place. */
	readonly clipart?: string;
	/** The drawable concepts; default: those of the project. */
	readonly concepts?: readonly ConceptEntry[];
	/** Whether names of emoji beyond the concepts become classes of their own, marked as not drawable. Default true. */
	readonly allEmoji?: boolean;
	/** Sets of which no picture is trained on; default openmoji, which is trained on where other sets are held out. */
	readonly holdOut?: readonly string[];
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
	/** Sources under share-alike licences among those trained on. */
	readonly shareAlike: readonly string[];
	/** Classes that are no drawable concepts, among them names of people, signs and clock times. */
	readonly undrawable: number;
	/** Drawable concepts with fewer than 8 training images, with their counts. */
	readonly thin: readonly (readonly [string, number])[];
	/** Candidates whose drawing failed or was empty, and copies or near copies within a concept. */
	readonly dropped: { readonly empty: number; readonly copies: number };
	readonly notes: readonly string[];
}

/** Drawings under way at once; the order of results does not depend on it. */
const batchSize = 32;
/** Drawable concepts with fewer training images are reported as thin. */
const thinBelow = 8;
/** Other names of emoji need this many pictures to learn from. */
const extraNeeds = 4;

/**
 * Build the corpus. Same package versions, same concepts: same bytes.
 *
 * @throws AtelierError E_IO when packages cannot be installed, E_CORPUS when they are not what they should be
 */
export async function buildCorpus(options: BuildOptions): Promise<CorpusSummary> {
	// Found out before anything is fetched.
	makeFolder(options.out);
	const progress = options.onProgress ?? (() => {});
	progress({ phase: 'fetch', done: 0, total: 1 });
	const folders = await fetchSources(options.cache, options.clipart);
	const annotations = await readAnnotations(folders.emojibase);
	const labels = emojiLabels(annotations);
	const table = options.concepts ?? defaultConcepts;
	const wanted = options.allEmoji === false ? table : [...table, ...extraConcepts(table, emojiNames(annotations))];
	const matcher = new ConceptMatcher(wanted);

	const sets = chooseSets(await readCollections(folders.iconify), options.holdOut);
	const found: Candidate[] = [];
	const infos: SourceInfo[] = [];
	for (const [done, [prefix, kind, heldOut]] of sets.entries()) {
		progress({ phase: 'read', done, total: sets.length });
		const set = await readIconSet(folders.iconify, prefix);
		infos.push(setInfo(set, folders.versions['@iconify/json'] ?? ''));
		for (const candidate of candidates(set, kind, matcher, labels, heldOut)) found.push(candidate);
	}
	if (folders.clipart) {
		for (const candidate of await clipartCandidates(folders.clipart, matcher)) found.push(candidate);
		infos.push(clipartInfo(folders.clipartVersion ?? ''));
	}

	const { concepts, candidates: chosen } = withPictures(wanted, found);
	const drawn = await draw(chosen, (done, total) => progress({ phase: 'draw', done, total }));
	const words = await conceptWords(concepts, annotations, folders.wordnet);
	const kinds = await conceptKinds(concepts, folders.wordnet);
	progress({ phase: 'write', done: 0, total: 1 });
	const sources = infos
		.map((info) => ({ ...info, images: drawn.images.filter((image) => image.source === info.name).length }))
		.filter((info) => info.images > 0);
	const { shareAlike } = provenanceOf({ images: drawn.images, sources });
	const file: CorpusFile = {
		version: 1,
		size: rasterSize,
		concepts: concepts.map(({ name, fixed, drawable }, i) => ({
			name,
			...(drawable === false && { drawable }),
			...(fixed && { fixed }),
			words: words[i] ?? [],
			...(kinds[i]!.length > 0 && { kinds: kinds[i]! }),
		})),
		images: drawn.images,
		sources,
		...(shareAlike.length > 0 && { shareAlike }),
	};
	try {
		await writeFile(join(options.out, 'images.bin'), Buffer.concat(drawn.pixels));
		await writeFile(join(options.out, 'corpus.json'), `${JSON.stringify(file)}\n`);
		await writeFile(join(options.out, 'concepts.tsv'), conceptTable(file));
		await writeFile(join(options.out, 'NOTICE'), noticeText(sources, drawn.images));
	} catch (cause) {
		throw unwritable(`to write to '${options.out}'`, cause);
	}
	return summarise(file, drawn, folders.notes);
}

/** Classes for the names of emoji that no concept claims; pictures of other kinds never belong to them. */
function extraConcepts(table: readonly ConceptEntry[], names: readonly string[]): ConceptEntry[] {
	const known = new ConceptMatcher(table);
	return names
		.filter((name) => known.exact(name, 'emoji') < 0)
		.map((name) => ({ name, exact: true, notIcon: true, fixed: true, drawable: false }));
}

/** The concepts that have pictures to learn from, and their candidates. Every drawable one stays: the table is what was asked for. */
function withPictures(
	wanted: readonly ConceptEntry[],
	found: readonly Candidate[],
): { concepts: ConceptEntry[]; candidates: Candidate[] } {
	const counts = new Array<number>(wanted.length).fill(0);
	for (const { concept, heldOut } of found) if (!heldOut) counts[concept]!++;
	const kept = wanted.flatMap((entry, i) => (entry.drawable === false && counts[i]! < extraNeeds ? [] : [i]));
	const place = new Map(kept.map((old, now) => [old, now]));
	return {
		concepts: kept.map((i) => wanted[i]!),
		candidates: found.flatMap((candidate) => {
			const concept = place.get(candidate.concept);
			return concept === undefined ? [] : [{ ...candidate, concept }];
		}),
	};
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
		batch.forEach(({ concept, kind, source, name, label, heldOut }, i) => {
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
			result.images.push({ concept, kind, source, name, ...(label !== undefined && { label }), heldOut });
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
		shareAlike: file.shareAlike ?? [],
		undrawable: file.concepts.filter(({ drawable }) => drawable === false).length,
		thin: file.concepts
			.flatMap(({ name, drawable }, i) => (drawable === false ? [] : [[name, counts[i] ?? 0] as const]))
			.filter(([, count]) => count < thinBelow)
			.sort((a, b) => a[1] - b[1]),
		dropped: { empty: drawn.empty, copies: drawn.copies },
		notes,
	};
}
