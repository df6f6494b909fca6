/** @file The raw pool of image-text pairs: every drawing of the sources with every text it came with, unfiltered, as WebDataset shards. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AtelierError } from '../../errors.js';
import { replaceFile } from '../../files.js';
import { Random } from '../../random.js';
import { claimFolder, type NewSample, type ShardTotals, writeShards } from '../shards/index.js';
import { clipartInfo } from './clipart.js';
import { clipartDrawings, type Drawing, type DrawingCaption, EmojiTexts, iconDrawings } from './drawings.js';
import { fetchSources } from './fetch.js';
import type { CorpusSource } from './format.js';
import { chooseSets, readCollections, readIconSet, type SourceInfo, setInfo } from './iconify.js';
import { pairsNotice } from './notice.js';
import { pngOnWhite, rasterize } from './rasterize.js';
import { readAnnotations, wordLanguages } from './words.js';

/** Where to make a pool from and to. */
export interface PairsOptions {
	/** Folder for `train/`, `held-out/` and `NOTICE`. */
	readonly out: string;
	/** Folder for downloaded packages (about 600 MB). */
	readonly cache: string;
	/** Folder of Open Clip Art's SVG files, when it is in no usual place. */
	readonly clipart?: string;
	/** Side of the pictures in pixels, 8 to 512; default 64. */
	readonly size?: number;
	/** Languages of emoji labels and tags; default English alone. */
	readonly languages?: readonly string[];
	/** Sets that are never trained on; default as in `buildCorpus`. */
	readonly holdOut?: readonly string[];
	/** Take these sources only (Iconify prefixes, `openclipart`); default all. */
	readonly sources?: readonly string[];
	/** Order of the pairs: another seed, other shards. Default 1. */
	readonly seed?: number;
	readonly shardSize?: number;
	readonly onProgress?: (progress: PairsProgress) => void;
}

/** How far a pool is. */
export interface PairsProgress {
	readonly phase: 'fetch' | 'read' | 'draw';
	readonly done: number;
	readonly total: number;
}

/** What has been made. */
export interface PairsSummary {
	readonly drawings: number;
	readonly train: ShardTotals;
	/** Pairs of the vendor that is never trained on. */
	readonly heldOut: ShardTotals;
	readonly sources: readonly CorpusSource[];
	readonly notes: readonly string[];
}

/** Drawings under way at once; the order of results does not depend on it. */
const batchSize = 64;

/**
 * Make the pool. Same package versions, same options: same bytes.
 *
 * @throws AtelierError E_IO when packages cannot be installed or the folder holds shards, E_CORPUS when packages are not what they should be
 */
export async function buildPairs(options: PairsOptions): Promise<PairsSummary> {
	const size = options.size ?? 64;
	if (!(Number.isInteger(size) && size >= 8 && size <= 512))
		throw new AtelierError('E_ARGUMENT', `expected pictures of 8 to 512 px, got ${size}`);
	const languages = options.languages ?? ['en'];
	const stranger = languages.find((lang) => !(wordLanguages as readonly string[]).includes(lang));
	if (stranger !== undefined)
		throw new AtelierError('E_ARGUMENT', `expected languages of ${wordLanguages.join(', ')}, got '${stranger}'`);
	const folders = { train: join(options.out, 'train'), heldOut: join(options.out, 'held-out') };
	// Found out before anything is fetched.
	for (const folder of Object.values(folders)) claimFolder(folder);
	const progress = options.onProgress ?? (() => {});
	progress({ phase: 'fetch', done: 0, total: 1 });
	const found = await fetchSources(options.cache, options.clipart);
	const emoji = new EmojiTexts(await readAnnotations(found.emojibase), languages);

	const all = chooseSets(await readCollections(found.iconify), options.holdOut);
	checkSources(options.sources, [...all.map(([prefix]) => prefix), 'openclipart']);
	const wanted = (source: string): boolean => options.sources?.includes(source) ?? true;
	const sets = all.filter(([prefix]) => wanted(prefix));
	const drawings: Drawing[] = [];
	const infos: SourceInfo[] = [];
	for (const [done, [prefix, kind, heldOut]] of sets.entries()) {
		progress({ phase: 'read', done, total: sets.length });
		const set = await readIconSet(found.iconify, prefix);
		infos.push(setInfo(set, found.versions['@iconify/json'] ?? ''));
		for (const drawing of iconDrawings(set, kind, emoji, heldOut)) drawings.push(drawing);
	}
	if (found.clipart && wanted('openclipart')) {
		infos.push(clipartInfo(found.clipartVersion ?? ''));
		for (const drawing of await clipartDrawings(found.clipart)) drawings.push(drawing);
	}

	// Sources come one after another; batches of training must not.
	const pairs = new Random(options.seed ?? 1)
		.split('order')
		.shuffle(drawings.flatMap((drawing) => drawing.captions.map((caption): Pair => ({ drawing, caption }))));
	const pictures = new Pictures(size);
	let before = 0;
	const write = async (folder: string, heldOut: boolean): Promise<ShardTotals> => {
		const part = pairs.filter(({ drawing }) => drawing.heldOut === heldOut);
		const samples = inBatches(
			part,
			(pair) => sampleOf(pair, pictures, size),
			(done) => progress({ phase: 'draw', done: before + done, total: pairs.length }),
		);
		const totals = await writeShards(folder, samples, options.shardSize ? { shardSize: options.shardSize } : {});
		before += part.length;
		return totals;
	};
	const train = await write(folders.train, false);
	const heldOut = await write(folders.heldOut, true);
	const counts = new Map<string, number>();
	for (const { source } of drawings) counts.set(source, (counts.get(source) ?? 0) + 1);
	const sources = infos.map((info) => ({ ...info, images: counts.get(info.name) ?? 0 }));
	replaceFile(
		join(options.out, 'NOTICE'),
		pairsNotice(sources, new Set(all.flatMap(([prefix, , apart]) => (apart ? [prefix] : [])))),
	);
	return { drawings: drawings.length, train, heldOut, sources, notes: found.notes };
}

/** A drawing with one of its texts. */
interface Pair {
	readonly drawing: Drawing;
	readonly caption: DrawingCaption;
}

/** Draws each drawing once, however many texts it has. */
class Pictures {
	private readonly waiting = new Map<Drawing, { left: number; readonly png: Promise<Buffer | undefined> }>();

	constructor(private readonly size: number) {}

	/** The PNG, or undefined when there is nothing to see. Forgotten after the last text has asked for it. */
	of(drawing: Drawing): Promise<Buffer | undefined> {
		const entry = this.waiting.get(drawing) ?? { left: drawing.captions.length, png: this.draw(drawing) };
		if (--entry.left > 0) this.waiting.set(drawing, entry);
		else this.waiting.delete(drawing);
		return entry.png;
	}

	private async draw({ svg }: Drawing): Promise<Buffer | undefined> {
		const raster = await rasterize(typeof svg === 'string' ? svg : await readFile(svg.path), this.size);
		return raster && pngOnWhite(raster, this.size);
	}
}

async function sampleOf({ drawing, caption }: Pair, pictures: Pictures, size: number): Promise<NewSample> {
	const { source, name, kind, licence, heldOut, width, height } = drawing;
	const json = {
		url: `${source}:${name}`,
		width: size,
		height: size,
		original_width: pixels(width ?? size),
		original_height: pixels(height ?? size),
		source,
		name,
		kind,
		licence,
		held_out: heldOut,
		origin: caption.origin,
		lang: caption.lang,
	};
	const { text } = caption;
	const image = await pictures.of(drawing);
	if (image) return { text, json, image, imageType: 'png' };
	return { text, json, failure: { status: 'failed_to_draw', message: 'empty, nearly empty or broken' } };
}

/** At least one pixel: some pages are measured in metres. */
const pixels = (side: number): number => Math.min(Math.max(1, Math.round(side)), 1 << 20);

/** The results of work on items, in their order; the next batch is under way while one is taken. */
async function* inBatches<T, R>(
	items: readonly T[],
	work: (item: T) => Promise<R>,
	progress: (done: number) => void,
): AsyncGenerator<R> {
	const start = (at: number): Promise<R[]> => {
		const batch = Promise.all(items.slice(at, at + batchSize).map(work));
		// Whoever awaits it hears of a failure.
		batch.catch(() => {});
		return batch;
	};
	let next = start(0);
	for (let at = 0; at < items.length; at += batchSize) {
		const batch = await next;
		next = start(at + batchSize);
		yield* batch;
		progress(Math.min(at + batchSize, items.length));
	}
}

function checkSources(asked: readonly string[] | undefined, known: readonly string[]): void {
	const stranger = asked?.find((source) => !known.includes(source));
	if (stranger !== undefined)
		throw new AtelierError('E_ARGUMENT', `expected sources such as ${known.slice(0, 5).join(', ')}, got '${stranger}'`);
}
