/** @file Curates image-text pairs: finds what to drop, writes what stays as it came, and reports. */

import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DualEncoder } from '../../encoders/encoder.js';
import { AtelierError } from '../../errors.js';
import { makeFolder } from '../../folders.js';
import { Database, identifier, quote } from '../database.js';
import { claimFolder, countSamples } from '../shards/index.js';
import { type Columns, findColumns, type Role } from './columns.js';
import { Embedder } from './embedder.js';
import { EvaluationSet } from './evaluation-set.js';
import { checkThresholds, type FilterName, filters, type Skipped, type Thresholds } from './filters.js';
import { judge, judgingSteps } from './judge.js';
import { writeParquet, writeSamples } from './output.js';
import { type CurationReport, makeReport, writeReport } from './report.js';
import { scanShards } from './scan.js';
import { checkApart, findSource, type Source } from './source.js';

/** What to curate and how. */
export interface CurateOptions {
	/** Shards or Parquet files: files, folders, brace ranges. */
	readonly input: string | readonly string[];
	/** Folder for what stays, `curation.json` and `report.html`. */
	readonly out: string;
	/** A filter without a threshold is off. See `presets` for the papers'. */
	readonly thresholds: Thresholds;
	/** Filters that were asked for by name: an error when the input cannot be judged by them. Others are left out and reported. */
	readonly required?: readonly FilterName[];
	/** Columns (of shards: keys of their JSON) by the part they play, where they have unusual names. */
	readonly columns?: Columns;
	/** Images that must not be trained on: shards, folders of shards, folders of image files. */
	readonly evaluation?: readonly string[];
	/** Measures likeness of images and texts. Shards only. */
	readonly encoder?: DualEncoder;
	/** A picture nearer to one of these texts than to its own counts as unsafe. Needs the encoder. */
	readonly unsafeTexts?: readonly string[];
	/** What DuckDB may use, default `2GB`; the process takes about as much again at most. */
	readonly memory?: string;
	readonly threads?: number;
	/** Samples a shard of the output; default 10,000. */
	readonly shardSize?: number;
	readonly onProgress?: (progress: CurationProgress) => void;
	/** Told of damaged shards and samples. */
	readonly onWarning?: (message: string) => void;
}

/** How far a curation is. */
export interface CurationProgress {
	readonly phase: 'compare' | 'scan' | 'judge' | 'write';
	readonly done: number;
	readonly total: number;
}

/**
 * Curate. The same input and options give the same bytes.
 *
 * @throws AtelierError E_CORPUS for input that is missing, empty, damaged or lacks a column, E_ARGUMENT for options that do
 * not fit, E_IO when the folder holds data or cannot be written to
 */
export async function curate(options: CurateOptions): Promise<CurationReport> {
	checkThresholds(options.thresholds);
	const source = findSource(typeof options.input === 'string' ? [options.input] : options.input);
	checkOptions(options, source);
	checkApart(options.out, source);
	claimFolder(options.out);
	const progress = options.onProgress ?? (() => {});
	const warn = options.onWarning ?? (() => {});
	// Beside the output, where there is room for data of its size.
	const spill = join(resolve(options.out), '.curate-tmp');
	makeFolder(options.out);
	mkdirSync(spill, { recursive: true });
	const database = await Database.open({
		memory: options.memory ?? '2GB',
		threads: options.threads ?? 2,
		spill,
	});
	try {
		const evaluation = await readEvaluation(options, progress);
		const { rows, known } =
			source.kind === 'shards'
				? await scan(database, source, options, evaluation, warn)
				: await describe(database, source, options.columns);
		if (rows === 0)
			throw new AtelierError(
				'E_CORPUS',
				`expected image-text pairs in ${source.files[0]}, got none in ${source.files.length} files`,
			);
		const { thresholds, skipped } = applicable(options, known);
		await judge(database, thresholds, (done) => progress({ phase: 'judge', done, total: judgingSteps }));
		const report = await makeReport(database, { source, rows, thresholds, skipped });
		const written = (done: number, total: number): void => progress({ phase: 'write', done, total });
		const pictures =
			source.kind === 'shards'
				? await writeSamples(database, source, options.out, report, {
						shardSize: options.shardSize,
						onProgress: written,
					})
				: await writeParquet(database, source, options.out, written);
		writeReport(options.out, report, pictures, evaluation?.thumbnails ?? []);
		return report;
	} finally {
		database.close();
		rmSync(spill, { recursive: true, force: true });
	}
}

function checkOptions(options: CurateOptions, source: Source): void {
	const { encoder, evaluation = [], unsafeTexts = [], thresholds } = options;
	const refuse = (message: string): never => {
		throw new AtelierError('E_ARGUMENT', message);
	};
	if (source.kind === 'parquet' && encoder)
		refuse('expected shards to measure with an encoder, got Parquet files, which hold no images; drop --encoder');
	if (source.kind === 'parquet' && evaluation.length > 0)
		refuse('expected shards to compare with evaluation images, got Parquet files, which hold no images; drop --eval');
	if (unsafeTexts.length > 0 && !encoder) refuse('expected --encoder to find what --unsafe says; name one');
	const byHash = thresholds['eval-distance'] !== undefined;
	const byCosine = thresholds['eval-cosine'] !== undefined;
	if (evaluation.length > 0 && !byHash && !byCosine)
		refuse('expected --eval-distance or --eval-cosine with --eval; both are off');
	if (byCosine && !encoder) refuse('expected --encoder with --eval-cosine; name one');
	for (const name of ['eval-distance', 'eval-cosine'] as const)
		if (options.required?.includes(name) && evaluation.length === 0)
			refuse(`expected --eval with the images that --${name} is about`);
}

async function readEvaluation(
	{ evaluation = [], encoder, thresholds }: CurateOptions,
	progress: (progress: CurationProgress) => void,
): Promise<EvaluationSet | undefined> {
	if (evaluation.length === 0) return undefined;
	progress({ phase: 'compare', done: 0, total: 1 });
	const byCosine = encoder && thresholds['eval-cosine'] !== undefined;
	return EvaluationSet.read(evaluation, byCosine ? new Embedder(encoder) : undefined);
}

type Known = { readonly rows: number; readonly known: ReadonlySet<Role> };

async function scan(
	database: Database,
	source: Source,
	options: CurateOptions,
	evaluation: EvaluationSet | undefined,
	warn: (message: string) => void,
): Promise<Known> {
	const total = (await countSamples(source.files)) ?? 0;
	return scanShards(database, source.files, {
		...(options.columns && { columns: options.columns }),
		...(options.encoder && { embedder: new Embedder(options.encoder) }),
		...(options.unsafeTexts && { unsafeTexts: options.unsafeTexts }),
		...(evaluation && {
			evaluation,
			evaluateBy: {
				hash: options.thresholds['eval-distance'] !== undefined,
				embedding: options.thresholds['eval-cosine'] !== undefined,
			},
		}),
		onWarning: warn,
		onProgress: (done) => options.onProgress?.({ phase: 'scan', done, total }),
	});
}

/** Make the view `raw` of Parquet files. Rows are numbered by file and place; those that img2dataset marks as failed are none. */
async function describe(database: Database, source: Source, given?: Columns): Promise<Known> {
	for (const file of source.files) {
		try {
			await database.rows(`SELECT * FROM read_parquet(${quote(file)}) LIMIT 0`);
		} catch (cause) {
			throw new AtelierError('E_CORPUS', `expected a Parquet file, got ${file} (${(cause as Error).message})`, {
				cause,
			});
		}
	}
	const files = `read_parquet([${source.files.map(quote).join(', ')}], union_by_name = true)`;
	const described = await database.rows<{ column_name: string; column_type: string }>(
		`DESCRIBE SELECT * FROM ${files}`,
	);
	const found = findColumns(
		described.map((column) => column.column_name),
		given,
	);
	const typeOf = new Map(described.map((column) => [column.column_name, column.column_type]));
	const column = (role: Role): string => (found[role] === undefined ? 'NULL' : identifier(found[role]));
	const number = (role: Role): string => `TRY_CAST(${column(role)} AS DOUBLE)`;
	const nsfw = found.unsafe !== undefined && typeOf.get(found.unsafe) === 'VARCHAR';
	await database.run(
		`CREATE VIEW raw AS SELECT (file_index::BIGINT << 40) | file_row_number AS rid, coalesce(${column('text')}::VARCHAR, '') AS text,
			${column('url')}::VARCHAR AS url, coalesce(${column('image')}::VARCHAR, ${column('url')}::VARCHAR) AS image,
			${number('width')} AS width, ${number('height')} AS height, ${number('bytes')} AS bytes, ${number('similarity')} AS similarity,
			${nsfw ? `coalesce(${number('unsafe')}, CASE WHEN upper(${column('unsafe')}) = 'NSFW' THEN 1 ELSE 0 END)` : number('unsafe')} AS unsafe,
			true AS readable, NULL::DOUBLE AS hash_distance, NULL::DOUBLE AS cosine
		FROM ${files} ${found.status === undefined ? '' : `WHERE ${column('status')} = 'success'`}`,
	);
	const [counted] = await database.rows<{ n: bigint }>('SELECT count(*) AS n FROM raw');
	return { rows: Number(counted?.n ?? 0), known: new Set(Object.keys(found) as Role[]) };
}

/** The filters that the input can be judged by. @throws AtelierError E_CORPUS when one that was asked for is not among them */
function applicable(
	{ thresholds, required = [], evaluation = [] }: CurateOptions,
	known: ReadonlySet<Role>,
): { thresholds: Thresholds; skipped: Skipped[] } {
	const kept: Partial<Record<FilterName, number>> = {};
	const skipped: Skipped[] = [];
	for (const { name, needs } of filters) {
		if (thresholds[name] === undefined) continue;
		const missing = needs.filter((role) => !known.has(role));
		if (missing.length > 0 && required.includes(name))
			throw new AtelierError(
				'E_CORPUS',
				`expected a column for ${missing.join(' and ')}, which --${name} needs, got none; name it with --column ${missing[0]}=NAME, or say --${name} off`,
			);
		if (missing.length > 0) skipped.push({ name, why: `nothing says ${missing.join(' and ')}` });
		else if (name.startsWith('eval-') && evaluation.length === 0)
			skipped.push({ name, why: 'no evaluation images are given' });
		else kept[name] = thresholds[name];
	}
	return { thresholds: kept, skipped };
}
