/** @file Writes what stays: Parquet files with the columns they came with, or shards with the samples that were kept. */

import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AtelierError } from '../../errors.js';
import { type Database, quote } from '../database.js';
import { type NewSample, readShards, writeShards } from '../shards/index.js';
import { thumbnail } from './evaluation-set.js';
import type { CurationReport } from './report.js';
import type { Source } from './source.js';

/** Write a file for each file of the input, under its name, rows in their order; or numbered, where names repeat. */
export async function writeParquet(
	database: Database,
	source: Source,
	out: string,
	onProgress: (done: number, total: number) => void,
): Promise<ReadonlyMap<number, Buffer>> {
	const names = source.files.map((file) => basename(file));
	const unique = new Set(names).size === names.length;
	for (const [i, file] of source.files.entries()) {
		onProgress(i, source.files.length);
		const path = join(out, unique ? (names[i] as string) : `${String(i).padStart(5, '0')}.parquet`);
		await database.run(
			`COPY (SELECT * FROM read_parquet(${quote(file)})
				WHERE file_row_number IN (SELECT rid - (${i}::BIGINT << 40) FROM verdict WHERE mask = 0 AND rid >> 40 = ${i})
				ORDER BY file_row_number)
			TO ${quote(`${path}.tmp`)} (FORMAT parquet, COMPRESSION zstd)`,
		);
		await rename(`${path}.tmp`, path);
	}
	onProgress(source.files.length, source.files.length);
	return new Map();
}

/** Read the shards again and write the samples that stay; thumbnails of the dropped ones that the report shows come back by row. */
export async function writeSamples(
	database: Database,
	source: Source,
	out: string,
	report: CurationReport,
	options: { readonly shardSize?: number | undefined; readonly onProgress: (done: number, total: number) => void },
): Promise<ReadonlyMap<number, Buffer>> {
	const kept = await keptRows(database, report.rows);
	const shown = new Set(report.filters.flatMap(({ samples }) => samples.map(({ row }) => row)));
	const pictures = new Map<number, Buffer>();
	async function* samples(): AsyncGenerator<NewSample> {
		let row = 0;
		// Damage was told of in the first reading.
		for await (const { key, text, image, imageType, json } of readShards(source.files, { onWarning: () => {} })) {
			if (shown.has(row)) {
				const picture = await thumbnail(image).catch(() => undefined);
				if (picture) pictures.set(row, picture);
			}
			if (kept[row]) yield { text, image, imageType, json: { ...json, source_key: json.source_key ?? key } };
			if (++row % 1000 === 0) options.onProgress(row, report.rows);
		}
		if (row !== report.rows)
			throw new AtelierError(
				'E_CORPUS',
				`expected ${report.rows} samples as in the first reading, got ${row}; leave the shards alone meanwhile`,
			);
		options.onProgress(row, report.rows);
	}
	await writeShards(out, samples(), options.shardSize === undefined ? {} : { shardSize: options.shardSize });
	return pictures;
}

/** Whether rows stay, by number. */
async function keptRows(database: Database, rows: number): Promise<Uint8Array> {
	const kept = new Uint8Array(rows);
	const result = await database.connection.stream('SELECT rid::INTEGER AS row FROM verdict WHERE mask = 0');
	for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
		for (const row of chunk.getColumnValues(0)) kept[row as number] = 1;
	return kept;
}
