/** @file The metadata of shards as a table: what their JSON says, and what only the pictures can tell. */

import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { Database } from '../database.js';
import { readShards, type Sample } from '../shards/index.js';
import { type Columns, findColumns, type Role } from './columns.js';
import type { Embedder } from './embedder.js';
import { dot, type EvaluationSet } from './evaluation-set.js';
import { perceptualHash } from './perceptual-hash.js';

/** What to find out of the pictures. */
export interface ScanOptions {
	/** Names of JSON keys by part. */
	readonly columns?: Columns;
	/** Measures the cosine of image and text. */
	readonly embedder?: Embedder;
	/** A picture that is nearer to one of these than to its own text counts as unsafe. */
	readonly unsafeTexts?: readonly string[];
	readonly evaluation?: EvaluationSet;
	/** Which likenesses to evaluation images are asked for. */
	readonly evaluateBy?: { readonly hash: boolean; readonly embedding: boolean };
	readonly onWarning: (message: string) => void;
	readonly onProgress?: (done: number) => void;
}

/** What is known of a sample. */
interface Facts {
	readonly text: string;
	readonly url: string | null;
	readonly image: string;
	readonly width: number | null;
	readonly height: number | null;
	readonly bytes: number;
	readonly similarity: number | null;
	readonly unsafe: number | null;
	readonly readable: boolean;
	readonly hashDistance: number | null;
	readonly hashNearest: number | null;
	readonly cosine: number | null;
	readonly cosineNearest: number | null;
}

const batchSize = 256;

/**
 * Read shards into the table `raw`, rows numbered in reading order.
 *
 * @returns the number of rows, and the parts of which at least one row knows something
 */
export async function scanShards(
	database: Database,
	files: readonly string[],
	options: ScanOptions,
): Promise<{ rows: number; known: ReadonlySet<Role> }> {
	await database.run(
		`CREATE TABLE raw (rid BIGINT, text VARCHAR, url VARCHAR, image VARCHAR, width DOUBLE, height DOUBLE, bytes DOUBLE,
		similarity DOUBLE, unsafe DOUBLE, readable BOOLEAN, hash_distance DOUBLE, hash_nearest DOUBLE, cosine DOUBLE, cosine_nearest DOUBLE)`,
	);
	const appender = await database.connection.createAppender('raw');
	const known = new Set<Role>();
	const unsafe = options.unsafeTexts?.length ? await options.embedder?.texts(options.unsafeTexts) : undefined;
	let rows = 0;
	const append = async (batch: readonly Sample[]): Promise<void> => {
		for (const facts of await examine(batch, options, unsafe)) {
			appender.appendBigInt(BigInt(rows++));
			for (const value of [facts.text, facts.url, facts.image])
				if (value === null) appender.appendNull();
				else appender.appendVarchar(value);
			for (const role of ['width', 'height', 'bytes', 'similarity', 'unsafe'] as const) {
				const value = facts[role];
				if (value === null) appender.appendNull();
				else appender.appendDouble(value);
				if (value !== null) known.add(role);
			}
			appender.appendBoolean(facts.readable);
			for (const value of [facts.hashDistance, facts.hashNearest, facts.cosine, facts.cosineNearest])
				if (value === null) appender.appendNull();
				else appender.appendDouble(value);
			appender.endRow();
		}
		options.onProgress?.(rows);
	};
	let batch: Sample[] = [];
	for await (const sample of readShards(files, { onWarning: options.onWarning })) {
		batch.push(sample);
		if (batch.length < batchSize) continue;
		await append(batch);
		batch = [];
	}
	await append(batch);
	appender.closeSync();
	for (const role of ['text', 'url', 'image'] as const) known.add(role);
	return { rows, known };
}

/** What the metadata of a sample say, and its picture where they do not. */
async function examine(
	batch: readonly Sample[],
	options: ScanOptions,
	unsafe: readonly Float32Array[] | undefined,
): Promise<Facts[]> {
	const { embedder, evaluation, evaluateBy } = options;
	const looked = await Promise.all(
		batch.map(async (sample) => {
			const said = metadataOf(sample, options.columns);
			try {
				const missing = said.width === null || said.height === null;
				const size = missing || embedder ? await sizeOf(sample.image) : undefined;
				const hash = evaluation && evaluateBy?.hash ? await perceptualHash(sample.image) : undefined;
				return { ...said, ...(missing && size), hash, readable: true };
			} catch {
				return { ...said, hash: undefined, readable: false };
			}
		}),
	);
	const embeddings = embedder ? await embed(embedder, batch, looked) : [];
	return looked.map(({ hash, ...facts }, i): Facts => {
		const { image, text } = embeddings[i] ?? {};
		const byHash = hash && evaluation?.nearestHash(hash);
		const byCosine = image && evaluateBy?.embedding ? evaluation?.nearestEmbedding(image) : undefined;
		const similarity = image && text ? dot(image, text) : facts.similarity;
		const nearUnsafe = image && unsafe && similarity !== null && unsafe.some((other) => dot(image, other) > similarity);
		return {
			...facts,
			similarity,
			unsafe: nearUnsafe === undefined ? facts.unsafe : Math.max(facts.unsafe ?? 0, nearUnsafe ? 1 : 0),
			readable: facts.readable && (!embedder || image !== undefined),
			hashDistance: byHash?.value ?? null,
			hashNearest: byHash?.index ?? null,
			cosine: byCosine?.value ?? null,
			cosineNearest: byCosine?.index ?? null,
		};
	});
}

interface Embedded {
	readonly image?: Float32Array;
	readonly text?: Float32Array;
}

/** Embeddings of what can be read, at the places of their samples. */
async function embed(
	embedder: Embedder,
	batch: readonly Sample[],
	looked: readonly { readonly readable: boolean }[],
): Promise<Embedded[]> {
	const out: Embedded[] = batch.map(() => ({}));
	const places = looked.flatMap(({ readable }, i) => (readable ? [i] : []));
	if (places.length === 0) return out;
	const texts = await embedder.texts(places.map((i) => batch[i]!.text));
	const one = async (i: number): Promise<Float32Array | undefined> => {
		try {
			return (await embedder.images([batch[i]!.image]))[0];
		} catch {
			return undefined;
		}
	};
	let images: readonly (Float32Array | undefined)[];
	try {
		images = await embedder.images(places.map((i) => batch[i]!.image));
	} catch {
		// A header that reads does not promise a body: look for the one that is broken.
		images = await Promise.all(places.map(one));
	}
	places.forEach((i, k) => {
		const [image, text] = [images[k], texts[k]];
		if (image && text) out[i] = { image, text };
	});
	return out;
}

function metadataOf({ image, text, json }: Sample, columns?: Columns) {
	const found = findColumns(['caption', ...Object.keys(json)], { ...columns, text: 'caption' });
	const value = (role: Role): unknown => (found[role] === undefined ? undefined : json[found[role]]);
	const number = (role: Role): number | null => {
		const given = value(role);
		return typeof given === 'number' && Number.isFinite(given) ? given : null;
	};
	const url = value('url');
	const nsfw = value('unsafe');
	return {
		text,
		url: typeof url === 'string' ? url : null,
		// The bytes themselves say best whether two images are one.
		image: createHash('sha256').update(image).digest('hex'),
		width: number('width'),
		height: number('height'),
		bytes: image.length,
		similarity: number('similarity'),
		unsafe: typeof nsfw === 'string' ? Number(nsfw.toUpperCase() === 'NSFW') : number('unsafe'),
	};
}

async function sizeOf(image: Uint8Array): Promise<{ width: number; height: number }> {
	const { width, height } = await sharp(image).metadata();
	return { width, height };
}
