/** @file The raw pool of image-text pairs: every drawing of the sources with every text it came with, unfiltered, and scenes of them, as WebDataset shards. */

import { join } from 'node:path';
import { AtelierError } from '../../errors.js';
import { replaceFile } from '../../files.js';
import { Random } from '../../random.js';
import { claimFolder, type ShardTotals, writeShards } from '../shards/index.js';
import { clipartInfo } from './clipart.js';
import { clipartDrawings, type Drawing, EmojiTexts, iconDrawings } from './drawings.js';
import { fetchSources } from './fetch.js';
import type { CorpusSource } from './format.js';
import { chooseSets, readCollections, readIconSet, type SourceInfo, setInfo } from './iconify.js';
import { pairsNotice } from './notice.js';
import { type Pair, Pictures, sampleOf } from './pair-samples.js';
import { type NumberedScene, scenePool, scenesInfo, scenesName } from './scene-pool.js';
import { ThingCollector } from './scene-things.js';
import type { ImageKind } from './sources.js';
import { emojiLabels, readAnnotations, wordLanguages } from './words.js';

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
	/** Take these sources only (Iconify prefixes, `openclipart`, `scenes`); default all. */
	readonly sources?: readonly string[];
	/** Scenes to make up, two captions each, of shapes and of the emoji of the sources (of all when `sources` is `scenes` alone); default 0. */
	readonly scenes?: number;
	/** Order of the pairs and what scenes show: another seed, other shards. Default 1. */
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
	readonly scenes: number;
	readonly train: ShardTotals;
	/** Pairs of the vendor that is never trained on, and every fiftieth scene. */
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
	const scenes = options.scenes ?? 0;
	checkScenes(scenes, size, options.sources);
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
	const annotations = await readAnnotations(found.emojibase);
	const emoji = new EmojiTexts(annotations, languages);
	const things = new ThingCollector(emojiLabels(annotations));

	const all = chooseSets(await readCollections(found.iconify), options.holdOut);
	checkSources(options.sources, [...all.map(([prefix]) => prefix), 'openclipart', scenesName]);
	const wanted = (source: string): boolean => options.sources?.includes(source) ?? true;
	const scenesAlone = options.sources?.every((source) => source === scenesName) ?? false;
	const inScenes = (prefix: string, kind: ImageKind): boolean =>
		scenes > 0 && ThingCollector.takes(prefix, kind) && (scenesAlone || wanted(prefix));
	const sets = all.filter(([prefix, kind]) => wanted(prefix) || inScenes(prefix, kind));
	const drawings: Drawing[] = [];
	const infos: SourceInfo[] = [];
	for (const [done, [prefix, kind, heldOut]] of sets.entries()) {
		progress({ phase: 'read', done, total: sets.length });
		const set = await readIconSet(found.iconify, prefix);
		infos.push(setInfo(set, found.versions['@iconify/json'] ?? ''));
		if (inScenes(prefix, kind)) things.add(set, kind, heldOut);
		if (wanted(prefix)) for (const drawing of iconDrawings(set, kind, emoji, heldOut)) drawings.push(drawing);
	}
	if (found.clipart && wanted('openclipart')) {
		infos.push(clipartInfo(found.clipartVersion ?? ''));
		for (const drawing of await clipartDrawings(found.clipart)) drawings.push(drawing);
	}

	const seed = options.seed ?? 1;
	const made = scenes > 0 ? await scenePool(scenes, seed, things) : [];

	// Sources come one after another; batches of training must not.
	const pairs = new Random(seed)
		.split('order')
		.shuffle([
			...drawings.flatMap((drawing) => drawing.captions.map((caption): Pair => ({ drawing, caption }))),
			...made.flatMap((scene) => scene.captions.map((text): Pair => ({ scene, text }))),
		]);
	const pictures = new Pictures(size);
	let before = 0;
	const write = async (folder: string, heldOut: boolean): Promise<ShardTotals> => {
		const part = pairs.filter(({ drawing, scene }) => (drawing ?? scene).heldOut === heldOut);
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
	const sources = [
		...withCounts(infos, drawings, made).filter(({ name, images }) => images > 0 || wanted(name)),
		...(made.length > 0 ? [scenesInfo(made.length)] : []),
	];
	replaceFile(
		join(options.out, 'NOTICE'),
		pairsNotice(sources, new Set(all.flatMap(([prefix, , apart]) => (apart ? [prefix] : [])))),
	);
	return { drawings: drawings.length, scenes: made.length, train, heldOut, sources, notes: found.notes };
}

/** The sources with the number of drawings that are in the pool, by themselves or in scenes. */
function withCounts(
	infos: readonly SourceInfo[],
	drawings: readonly Drawing[],
	scenes: readonly NumberedScene[],
): CorpusSource[] {
	const counts = new Map(infos.map(({ name }) => [name, 0]));
	const count = (source: string): unknown => counts.set(source, counts.get(source)! + 1);
	const own = new Set(drawings.map(({ source }) => source));
	for (const { source } of drawings) count(source);
	for (const url of new Set(scenes.flatMap((scene) => scene.drawings))) {
		const source = url.slice(0, url.indexOf(':'));
		if (!own.has(source)) count(source);
	}
	return infos.map((info) => ({ ...info, images: counts.get(info.name)! }));
}

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

/** All are held in memory, in the order of the pairs. */
const mostScenes = 300_000;
const leastSceneSize = 24;

function checkScenes(scenes: number, size: number, sources: readonly string[] | undefined): void {
	if (!(Number.isInteger(scenes) && scenes >= 0 && scenes <= mostScenes))
		throw new AtelierError('E_ARGUMENT', `expected 0 to ${mostScenes} scenes, got ${scenes}`);
	// Smaller, the small things in them could not be drawn.
	if (scenes > 0 && size < leastSceneSize)
		throw new AtelierError('E_ARGUMENT', `expected scenes of at least ${leastSceneSize} px, got ${size}`);
	if (scenes === 0 && sources?.includes(scenesName))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected how many scenes to make, got the source '${scenesName}' without; give --scenes N`,
		);
}
