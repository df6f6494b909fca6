/** @file Writes image-text samples as WebDataset shards: `00000.tar`, `00000.parquet` and `00000_stats.json`, the same bytes for the same samples. */

import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import tar from 'tar-stream';
import { AtelierError } from '../../errors.js';
import { replaceFile, unwritable } from '../../files.js';
import { makeFolder } from '../../folders.js';
import { Database, identifier, quote } from '../database.js';
import { defaultShardSize, imageTypes, sampleKey, shardName, standardColumns } from './layout.js';

/** A sample to write, or, without an image, the record of one that could not be made. */
export interface NewSample {
	readonly text: string;
	/** Bytes of an image file. */
	readonly image?: Uint8Array;
	/** Its extension: jpg, png, jpeg or webp. */
	readonly imageType?: string;
	/** What else is known. `key`, `caption`, `status` and `sha256` are set by the writer; names of img2dataset's are used as it does. */
	readonly json?: Readonly<Record<string, unknown>>;
	/** Why there is no image: a short code as `status`, a sentence as `error_message`. */
	readonly failure?: { readonly status: string; readonly message: string };
}

/** How to write shards. */
export interface WriteShardsOptions {
	/** Samples tried for each shard; default 10,000. */
	readonly shardSize?: number;
	/** Called after every shard. */
	readonly onShard?: (written: ShardTotals) => void;
}

/** What has been written. */
export interface ShardTotals {
	readonly shards: number;
	/** Samples with an image. */
	readonly samples: number;
	/** Rows without one. */
	readonly failures: number;
	/** Bytes of the tar files. */
	readonly bytes: number;
}

type Row = Record<string, unknown>;

/**
 * Write samples to a folder. Every file appears under its name when it is whole, a shard's statistics last.
 *
 * @throws AtelierError E_IO when the folder holds shards already or cannot be written to
 */
export async function writeShards(
	folder: string,
	samples: Iterable<NewSample> | AsyncIterable<NewSample>,
	options: WriteShardsOptions = {},
): Promise<ShardTotals> {
	const size = options.shardSize ?? defaultShardSize;
	if (!(Number.isInteger(size) && size > 0))
		throw new AtelierError('E_ARGUMENT', `expected shards of 1 sample or more, got ${size}`);
	claimFolder(folder);
	const database = await Database.open();
	let totals: ShardTotals = { shards: 0, samples: 0, failures: 0, bytes: 0 };
	let shard: Shard | undefined;
	try {
		for await (const sample of samples) {
			shard ??= new Shard(folder, totals.shards, size);
			await shard.add(sample);
			if (shard.rows.length < size) continue;
			totals = sum(totals, await shard.close(database));
			shard = undefined;
			options.onShard?.(totals);
		}
		if (shard) {
			totals = sum(totals, await shard.close(database));
			options.onShard?.(totals);
		}
	} catch (error) {
		await shard?.abandon();
		throw error;
	} finally {
		database.close();
	}
	return totals;
}

/** Data of another run must not mix with new. @throws AtelierError E_IO when the folder holds shards or Parquet files, or cannot be made */
export function claimFolder(folder: string): void {
	const old = existsSync(folder) && readdirSync(folder).find((name) => /\.(tar|parquet)$/.test(name));
	if (old)
		throw new AtelierError(
			'E_IO',
			`expected a folder without shards or Parquet files, got ${old} in '${folder}'; choose another or empty it`,
		);
	makeFolder(folder);
}

const sum = (a: ShardTotals, b: ShardTotals): ShardTotals => ({
	shards: a.shards + b.shards,
	samples: a.samples + b.samples,
	failures: a.failures + b.failures,
	bytes: a.bytes + b.bytes,
});

/** One shard while it is written. */
class Shard {
	readonly rows: Row[] = [];
	private readonly pack = tar.pack();
	private readonly path: string;
	private readonly file;
	private failed: Error | undefined;
	private successes = 0;

	constructor(
		folder: string,
		private readonly shard: number,
		private readonly size: number,
	) {
		this.path = join(folder, shardName(shard));
		this.file = createWriteStream(`${this.path}.tar.tmp`);
		// A pack stream that loses its reader calls back with an error, so that no entry waits for ever.
		this.file.on('error', (error) => {
			this.failed = error;
			this.pack.destroy();
		});
		this.pack.on('error', () => {});
		this.pack.pipe(this.file);
	}

	async add(sample: NewSample): Promise<void> {
		const key = sampleKey(this.shard, this.rows.length, this.size);
		const { image, imageType = '' } = sample;
		if (image && !(imageTypes as readonly string[]).includes(imageType))
			throw new AtelierError('E_ARGUMENT', `expected an image of type ${imageTypes.join(', ')}, got '${imageType}'`);
		const row: Row = Object.fromEntries(Object.keys(standardColumns).map((name) => [name, null]));
		Object.assign(row, sample.json, {
			caption: sample.text,
			key,
			status: image ? 'success' : (sample.failure?.status ?? 'failed'),
			error_message: image ? null : (sample.failure?.message ?? null),
			sha256: image ? createHash('sha256').update(image).digest('hex') : null,
		});
		this.rows.push(row);
		if (!image) return;
		this.successes++;
		await this.member(`${key}.${imageType}`, image);
		await this.member(`${key}.txt`, Buffer.from(sample.text));
		await this.member(`${key}.json`, Buffer.from(JSON.stringify(row)));
	}

	private async member(name: string, bytes: Uint8Array): Promise<void> {
		const header = { name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) };
		const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		try {
			await new Promise<void>((resolve, reject) => {
				this.pack.entry(header, buffer, (error) => (error ? reject(error) : resolve()));
			});
		} catch (cause) {
			throw this.error(this.failed ?? (cause as Error));
		}
	}

	async close(database: Database): Promise<ShardTotals> {
		try {
			this.pack.finalize();
			await finished(this.file);
			await rename(`${this.path}.tar.tmp`, `${this.path}.tar`);
			await writeRows(database, this.rows, `${this.path}.parquet.tmp`);
			await rename(`${this.path}.parquet.tmp`, `${this.path}.parquet`);
			const statuses: Record<string, number> = {};
			for (const { status } of this.rows) statuses[String(status)] = (statuses[String(status)] ?? 0) + 1;
			// img2dataset's times are left out: the same samples give the same bytes.
			const stats = { count: this.rows.length, successes: this.successes, status_dict: statuses };
			replaceFile(`${this.path}_stats.json`, `${JSON.stringify(stats)}\n`);
		} catch (cause) {
			throw cause instanceof AtelierError ? cause : this.error(this.failed ?? (cause as Error));
		}
		const failures = this.rows.length - this.successes;
		return { shards: 1, samples: this.successes, failures, bytes: this.file.bytesWritten };
	}

	/** Leave no half-written file. */
	async abandon(): Promise<void> {
		this.pack.destroy();
		this.file.destroy();
		for (const end of ['.tar.tmp', '.parquet.tmp']) await rm(this.path + end, { force: true });
	}

	private error(cause: Error): AtelierError {
		return unwritable(`to write '${this.path}.tar'`, cause);
	}
}

/** Rows as a Parquet file: img2dataset's columns, then the others in the order of their appearance. */
async function writeRows(database: Database, rows: readonly Row[], path: string): Promise<void> {
	const columns = new Map<string, string>(Object.entries(standardColumns));
	for (const row of rows)
		for (const name of Object.keys(row)) if (!columns.has(name)) columns.set(name, columnType(rows, name));
	const definition = [...columns].map(([name, type]) => `${identifier(name)} ${type}`).join(', ');
	await database.run(`CREATE OR REPLACE TABLE shard (${definition})`);
	const appender = await database.connection.createAppender('shard');
	for (const row of rows) {
		for (const [name, type] of columns) {
			const value = row[name];
			if (value === null || value === undefined) appender.appendNull();
			else if (type === 'VARCHAR') appender.appendVarchar(typeof value === 'string' ? value : JSON.stringify(value));
			else if (type === 'BOOLEAN') appender.appendBoolean(value as boolean);
			else if (type === 'BIGINT') appender.appendBigInt(BigInt(value as number));
			else if (type === 'INTEGER' && Number.isInteger(value)) appender.appendInteger(value as number);
			else if (type === 'DOUBLE') appender.appendDouble(value as number);
			else throw new AtelierError('E_CORPUS', `expected a whole number as ${name}, got ${JSON.stringify(value)}`);
		}
		appender.endRow();
	}
	appender.closeSync();
	await database.run(`COPY shard TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd)`);
	await database.run('DROP TABLE shard');
}

/** The narrowest type that holds every value of a column; objects are kept as JSON. */
function columnType(rows: readonly Row[], name: string): string {
	const values = rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined);
	if (values.length === 0) return 'VARCHAR';
	if (values.every((value) => typeof value === 'boolean')) return 'BOOLEAN';
	if (values.every((value) => Number.isSafeInteger(value))) return 'BIGINT';
	return values.every((value) => typeof value === 'number') ? 'DOUBLE' : 'VARCHAR';
}
