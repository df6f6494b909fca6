/** @file From a run to files: where they go, and that nothing is overwritten unasked. */

import { existsSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { AtelierError } from '../errors.js';
import { replaceFile } from '../files.js';
import { makeFolder } from '../folders.js';
import { embedRecipe } from '../recipe/carry/index.js';
import { carriedOf, type FinishedRun } from './finished-run.js';
import { type Exported, type ExportOptions, formats } from './formats.js';

/** A format and the file that it is to become. */
export interface Target {
	readonly format: string;
	readonly path: string;
}

/**
 * Where each format goes: into the run's folder, into the folder `out`, or, one format alone, into the file `out`. Without
 * formats the extension of `out` says which.
 *
 * @throws AtelierError E_ARGUMENT for a file that does not fit
 */
export function exportTargets(run: FinishedRun, names: readonly string[], out?: string): Target[] {
	const asked = names.length > 0 ? names : [formatOf(out)];
	const isFile = out !== undefined && extname(out) !== '' && !isFolder(out);
	if (isFile && asked.length > 1)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a folder for ${asked.length} formats, got the file '${out}'; leave out its extension`,
		);
	return asked.map((format): Target => {
		const { extension } = formats[format]!;
		const folder = out ?? run.folder.path;
		const path = isFile ? resolve(out) : resolve(folder, `${run.name}${extension}`);
		const last = extname(`x${extension}`);
		if (isFile && ![last, ...(format === 'apng' ? ['.png'] : [])].includes(extname(path).toLowerCase()))
			throw new AtelierError('E_ARGUMENT', `expected a file that ends with ${last} for ${format}, got '${out}'`);
		return { format, path };
	});
}

/** Files are not overwritten unasked. @throws AtelierError E_ARGUMENT when there is one and no `force` */
export function refuseExisting(path: string, force: boolean): void {
	if (!existsSync(path)) return;
	if (isFolder(path)) throw new AtelierError('E_ARGUMENT', `expected a file to write to, got the folder '${path}'`);
	if (!force)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a file that does not exist, got '${path}'; choose another with --out, or replace it with --force`,
		);
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The format that a file's extension stands for. */
function formatOf(out: string | undefined): string {
	const extension = out === undefined ? '' : extname(out).toLowerCase();
	const found = Object.keys(formats).find((name) => formats[name]!.extension === extension);
	if (found !== undefined) return found;
	const known = Object.keys(formats).join(', ');
	if (extension === '') throw new AtelierError('E_ARGUMENT', `expected --format, one or more of ${known}, got nothing`);
	const endings = [...new Set(Object.values(formats).map((format) => extname(`x${format.extension}`)))];
	throw new AtelierError(
		'E_ARGUMENT',
		`expected --out as a file that ends with ${endings.join(', ')}, got '${out}'; --format says which of ${known} it is to be`,
	);
}

/** A file that was written. */
export interface ExportedFile extends Target {
	/** Its length. */
	readonly bytes: number;
	readonly facts: Readonly<Record<string, unknown>>;
}

/** Make one file in memory; it carries the run's recipe. @throws AtelierError E_ARGUMENT, E_IO */
export async function exportBytes(run: FinishedRun, format: string, options: ExportOptions): Promise<Exported> {
	const { kind, make } = formats[format]!;
	const { bytes, facts } = await make(run, options);
	const carried = await carriedOf(run);
	const { width, height } = run.size;
	const isImage = format === 'png' && !options.transparent && facts.width === width && facts.height === height;
	const carrier = embedRecipe(bytes, kind, { ...carried, ...(!isImage && { exported_as: format }) });
	return { bytes: carrier, facts };
}

/** {@link exportBytes} to a file. @throws AtelierError E_ARGUMENT, E_IO */
export async function exportFile(
	run: FinishedRun,
	{ format, path }: Target,
	options: ExportOptions,
): Promise<ExportedFile> {
	const { bytes, facts } = await exportBytes(run, format, options);
	makeFolder(dirname(path));
	replaceFile(path, bytes);
	return { format, path, bytes: bytes.length, facts };
}
