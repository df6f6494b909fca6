/** @file Streams image-text samples out of WebDataset shards by the rules of open_clip's reader. */

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { AtelierError } from '../../errors.js';
import type { Random } from '../../random.js';
import { imageTypes, shardFiles } from './layout.js';

/** An image with its text. */
export interface Sample {
	/** Name of its members up to the first dot of the basename. */
	readonly key: string;
	/** The image file's bytes. */
	readonly image: Uint8Array;
	/** Extension of the image file: jpg, png, jpeg or webp. */
	readonly imageType: string;
	readonly text: string;
	/** What KEY.json holds; empty where there is none. */
	readonly json: Readonly<Record<string, unknown>>;
}

/** How to read shards. */
export interface ReadShardsOptions {
	/** Shuffle the order of shards, and of samples within a buffer; the same seed gives the same order. */
	readonly shuffle?: Random;
	/** Samples that the shuffle buffer holds; default 5000. It holds at most 512 MB of images whatever this says. */
	readonly buffer?: number;
	/** Samples to give in all: shards are read again, shuffled anew, until there are as many. Default: each sample once. */
	readonly samples?: number;
	/** Told of every sample and shard that is left out. Without it damage is thrown; samples that lack a part are left out all the same. */
	readonly onWarning?: (message: string) => void;
}

/** Bytes that a member may have: more is a damaged header. */
const memberLimit = 1 << 28;
const bufferBytes = 1 << 29;

/**
 * The samples of shards, in order unless `shuffle` is given.
 *
 * @param paths tar files, folders of them, brace ranges (`data/{00000..00012}.tar`), or several of these
 * @throws AtelierError E_CORPUS when there are no shards or no samples in them, and, without `onWarning`, when one is damaged
 */
export async function* readShards(
	paths: string | readonly string[],
	options: ReadShardsOptions = {},
): AsyncGenerator<Sample> {
	const { shuffle, samples = Number.POSITIVE_INFINITY } = options;
	const size = options.buffer ?? 5000;
	if (!(Number.isInteger(size) && size > 0))
		throw new AtelierError('E_ARGUMENT', `expected a shuffle buffer of 1 sample or more, got ${size}`);
	if (!(samples >= 0)) throw new AtelierError('E_ARGUMENT', `expected a number of samples, got ${samples}`);
	const files = shardFiles(paths);
	let given = 0;
	for (let pass = 0; given < samples; pass++) {
		const before = given;
		const random = shuffle?.split(`pass ${pass}`);
		const all = readAll(random ? random.split('shards').shuffle(files) : files, options);
		for await (const sample of random ? throughBuffer(all, size, random.split('samples')) : all) {
			if (given === samples) return;
			given++;
			yield sample;
		}
		if (given === before)
			throw new AtelierError('E_CORPUS', `expected images with texts in ${files[0]} and so on, got none`);
		if (options.samples === undefined) return;
	}
}

/** Samples that shards hold by the statistics beside them, or undefined where one has none. @throws AtelierError E_CORPUS when there are no shards */
export async function countSamples(paths: string | readonly string[]): Promise<number | undefined> {
	let sum = 0;
	for (const file of shardFiles(paths)) {
		try {
			const stats = JSON.parse(await readFile(file.replace(/\.tar$/, '_stats.json'), 'utf8')) as {
				successes?: unknown;
			};
			if (typeof stats.successes !== 'number') return undefined;
			sum += stats.successes;
		} catch {
			return undefined;
		}
	}
	return sum;
}

async function* readAll(files: readonly string[], options: ReadShardsOptions): AsyncGenerator<Sample> {
	for (const file of files) {
		try {
			yield* readShard(file, options.onWarning);
		} catch (error) {
			if (!options.onWarning || !(error instanceof AtelierError)) throw error;
			options.onWarning(`${error.message}; going on with the next shard`);
		}
	}
}

/** The members of one sample. */
type Group = Map<string, Uint8Array>;

async function* readShard(file: string, onWarning?: (message: string) => void): AsyncGenerator<Sample> {
	let key: string | undefined;
	let group: Group = new Map();
	const finish = (): Sample | undefined => {
		if (key === undefined) return undefined;
		try {
			return toSample(key, group);
		} catch (error) {
			const message = `${file}: left out ${key}: ${(error as Error).message}`;
			if (!onWarning && !(error instanceof Incomplete)) throw new AtelierError('E_CORPUS', message, { cause: error });
			onWarning?.(message);
			return undefined;
		}
	};
	let members = 0;
	for await (const { name, bytes } of readMembers(file)) {
		members++;
		const parts = /^((?:.*\/)?[^./][^./]*)\.([^/]*)$/.exec(name);
		// Names in double underscores are notes on the shard, not samples.
		if (!parts || /^__.*__$/.test(name)) continue;
		const extension = (parts[2] as string).toLowerCase();
		// A member that is there already begins another sample of the same name.
		if (parts[1] !== key || group.has(extension)) {
			const sample = finish();
			if (sample) yield sample;
			key = parts[1];
			group = new Map();
		}
		group.set(extension, bytes);
	}
	if (members === 0) throw new AtelierError('E_CORPUS', `expected a tar file with samples, got ${file} without any`);
	const sample = finish();
	if (sample) yield sample;
}

/** A sample that was never meant as an image with a text. */
class Incomplete extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function toSample(key: string, group: Group): Sample {
	const imageType = imageTypes.find((type) => group.has(type));
	const text = group.get('txt');
	if (!imageType) throw new Incomplete('it has no image');
	if (!text) throw new Incomplete('it has no text');
	const image = group.get(imageType) as Uint8Array;
	if (image.length === 0) throw new Error('its image is empty');
	const json = group.get('json');
	const parsed: unknown = json ? JSON.parse(utf8.decode(json)) : {};
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('its JSON is no object');
	return { key, image, imageType, text: utf8.decode(text), json: parsed as Record<string, unknown> };
}

async function* readMembers(file: string): AsyncGenerator<{ name: string; bytes: Uint8Array }> {
	const source = createReadStream(file, { highWaterMark: 1 << 18 });
	const extract = tar.extract();
	const flow = pipeline(source, extract);
	flow.catch(() => {});
	try {
		for await (const entry of extract) {
			const { name, size = 0, type } = entry.header;
			if (type === 'file' && size > memberLimit) throw new Error(`'${name}' has ${size} bytes, too many for a sample`);
			const chunks: Buffer[] = [];
			for await (const chunk of entry) if (type === 'file') chunks.push(chunk as Buffer);
			if (type !== 'file') continue;
			const bytes = Buffer.concat(chunks);
			if (bytes.length !== size) throw new Error(`'${name}' ends after ${bytes.length} of ${size} bytes`);
			yield { name, bytes };
		}
		await flow;
	} catch (cause) {
		throw new AtelierError('E_CORPUS', `expected a whole tar file, got ${file} (${(cause as Error).message})`, {
			cause,
		});
	} finally {
		extract.destroy();
		source.destroy();
	}
}

/** Once `size` samples are held, give a random one for each that comes; at the end the rest in random order. */
async function* throughBuffer(samples: AsyncIterable<Sample>, size: number, random: Random): AsyncGenerator<Sample> {
	const buffer: Sample[] = [];
	let bytes = 0;
	const take = (): Sample => {
		const i = random.int(buffer.length);
		const sample = buffer[i] as Sample;
		buffer[i] = buffer.at(-1) as Sample;
		buffer.pop();
		bytes -= sample.image.length;
		return sample;
	};
	for await (const sample of samples) {
		buffer.push(sample);
		bytes += sample.image.length;
		while (buffer.length >= size || bytes > bufferBytes) yield take();
	}
	while (buffer.length > 0) yield take();
}
