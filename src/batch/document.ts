/**
 * @file The file of a batch: YAML or JSON with a base recipe and axes or rows, or a table (CSV, JSON lines) of rows.
 * Whatever a stranger's file holds, it becomes plain data of modest size or an error.
 */

import { extname } from 'node:path';
import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { naming, readTextFile } from '../files.js';
import { plainDataIssues } from '../recipe/plain-data.js';
import { summary, validated } from '../validation.js';

const mostBytes = 16 << 20;
const mostValues = 500_000;
/** Cells of one batch. */
export const mostCells = 10_000;
/** Times that anchors of YAML may be repeated in all. */
const mostAliases = 100;

const anything = z.record(z.string(), z.unknown());

const documentSchema = z.strictObject({
	$schema: z.string().max(1000).optional(),
	name: z.string().trim().min(1).max(100).optional().describe('Names the folder; default the file.'),
	recipe: anything.default({}).describe('What all cells have in common.'),
	axes: anything.default({}).describe('Values of fields; every combination is a cell.'),
	rows: z.array(anything).max(mostCells).default([]).describe('Instead of axes: one object of fields a cell.'),
});

/** What a file asks for, as written. */
export type BatchDocument = z.output<typeof documentSchema>;

/** The formats that {@link readDocument} knows, by the endings of names. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
	'.yaml': readYaml,
	'.yml': readYaml,
	'.json': (text) => listAsRows(readJsonText(text)),
	'.jsonl': (text) => ({ rows: readLines(text) }),
	'.ndjson': (text) => ({ rows: readLines(text) }),
	'.csv': (text) => ({ rows: readCsv(text) }),
};

/** Read a batch from a file; the ending of its name says the format. @throws AtelierError E_IO, E_ARGUMENT, E_RECIPE */
export function readDocument(path: string): BatchDocument {
	const ending = extname(path).toLowerCase();
	const read = Object.hasOwn(readers, ending) ? readers[ending] : undefined;
	if (!read)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a file of a batch that ends in ${Object.keys(readers).join(', ')}, got '${path}'`,
		);
	const text = readTextFile(path, mostBytes);
	const data = naming(path, () => read(text));
	if (isEmptyTable(data)) throw new AtelierError('E_RECIPE', `${path}: expected at least one row, got none`);
	return checkDocument(data, path);
}

/** Check the data of a batch. @throws AtelierError E_RECIPE */
export function checkDocument(data: unknown, where: string): BatchDocument {
	const issues = plainDataIssues(data, mostValues);
	if (issues.length > 0) throw new AtelierError('E_RECIPE', `${where}: ${summary(issues)}`);
	const document = validated(documentSchema, data, 'E_RECIPE', where);
	if (document.rows.length > 0 && Object.keys(document.axes).length > 0)
		throw new AtelierError('E_RECIPE', `${where}: expected axes or rows, got both; keep one`);
	return document;
}

function readYaml(text: string): unknown {
	const document = parseDocument(text, { schema: 'core', logLevel: 'error', prettyErrors: true });
	const problem = document.errors[0] ?? document.warnings[0];
	if (problem) throw new AtelierError('E_RECIPE', `expected plain YAML (${firstLine(problem)})`);
	try {
		return listAsRows(document.toJS({ maxAliasCount: mostAliases }) as unknown);
	} catch (cause) {
		throw new AtelierError('E_RECIPE', `expected plain YAML (${firstLine(cause)})`, { cause });
	}
}

function readJsonText(text: string, where = ''): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch (cause) {
		throw new AtelierError('E_RECIPE', `${where}expected JSON (${firstLine(cause)})`, { cause });
	}
}

const listAsRows = (data: unknown): unknown => (Array.isArray(data) ? { rows: data } : data);

function readLines(text: string): unknown[] {
	return text.split(/\r?\n/).flatMap((line, i) => (line.trim() === '' ? [] : [readJsonText(line, `line ${i + 1}: `)]));
}

/** One object a record; empty cells are left out. Texts stay texts: what they mean depends on the field. */
function readCsv(text: string): unknown[] {
	let records: string[][];
	try {
		records = parseCsv(text, { skip_empty_lines: true, trim: true, max_record_size: 1 << 20, to: mostCells + 2 });
	} catch (cause) {
		if (!(cause instanceof CsvError)) throw cause;
		throw new AtelierError('E_RECIPE', `expected CSV with a line of field names first (${firstLine(cause)})`, {
			cause,
		});
	}
	const [header = [], ...rows] = records;
	for (const [i, name] of header.entries())
		if (name === '' || header.indexOf(name) < i)
			throw new AtelierError('E_RECIPE', `expected a name of its own for column ${i + 1}, got '${name}'`);
	// From entries, which define keys and never assign them: '__proto__' stays a key, to be refused as one.
	return rows.map((row) => Object.fromEntries(header.flatMap((name, i) => (row[i] === '' ? [] : [[name, row[i]!]]))));
}

const isEmptyTable = (data: unknown): boolean => {
	const rows = (data as { rows?: unknown } | null)?.rows;
	return Array.isArray(rows) && rows.length === 0;
};

const firstLine = (error: unknown): string => (error as Error).message.split('\n')[0]!.replace(/:$/, '');
