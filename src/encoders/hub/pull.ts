/** @file Fetches a model into the cache: every file under a temporary name first, all renamed at the end, the record last. */

import { readdirSync, renameSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../../errors.js';
import { guard, replaceFile } from '../../files.js';
import { lockFolder, unlockFolder } from '../../folder-lock.js';
import { makeFolder } from '../../folders.js';
import { sha256 } from '../model-folder.js';
import {
	brokenFiles,
	brokenInWords,
	folderOf,
	type ModelRecord,
	type PulledModel,
	pulledModel,
	recordName,
} from './cache.js';
import { planOf } from './listing.js';
import { type KnownModel, knownModels, requireFetchable } from './manifest.js';
import { Network, type NetworkOptions } from './network.js';
import { download, isIntact, type RemoteFile, sizeOf } from './transfer.js';

/** How far a download is. */
export interface PullProgress {
	/** Name of the file that is coming. */
	readonly file: string;
	/** Bytes of all files that are here, and in all. */
	readonly done: number;
	readonly total: number;
}

/** How to fetch a model. */
export interface PullOptions extends NetworkOptions {
	readonly onProgress?: (progress: PullProgress) => void;
	/** What is known by name; default the manifest of the package. */
	readonly models?: readonly KnownModel[];
}

/** Bytes that stay free on the disk. */
const margin = 64e6;
/** Folders that this process is fetching into. */
const underway = new Set<string>();

/**
 * Fetch a model of the manifest, or `org/name[@revision]` of the hub. What an earlier attempt has fetched is gone on with; files that
 * are here as they should be are not fetched again.
 *
 * @throws AtelierError E_ARGUMENT for a name of nothing, E_NETWORK, E_CHECKPOINT for what is no model and, offline, for what is here but damaged, E_IO
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<PulledModel> {
	const wanted = requireFetchable(name, options.models ?? knownModels());
	const network = new Network(options);
	const here = pulledModel(wanted.name);
	// Without the network there is nothing newer.
	if (here && network.offline) {
		const broken = brokenInWords(await brokenFiles(here));
		if (broken === '') return here;
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected '${here.name}' as it was fetched, got files that are not (${broken}); pull it again with a network, without --offline and HF_HUB_OFFLINE`,
		);
	}
	const folder = folderOf(wanted.name);
	if (underway.has(folder))
		throw new AtelierError('E_IO', `expected to be alone with '${wanted.name}', but it is being fetched; wait for it`);
	makeFolder(folder);
	lockFolder(folder);
	underway.add(folder);
	try {
		const plan = await planOf(wanted, network);
		const record: ModelRecord = {
			format: 1,
			name: wanted.name,
			origin: plan.origin,
			...(plan.revision && { revision: plan.revision }),
			...(plan.licence && { licence: plan.licence }),
			weights: plan.weights,
			files: await fetchAll(folder, plan.files, network, options.onProgress),
		};
		replaceFile(join(folder, recordName), `${JSON.stringify(record, null, '\t')}\n`);
		tidy(folder, record);
		return { ...record, folder };
	} finally {
		underway.delete(folder);
		unlockFolder(folder);
		// Nothing is left of a name that there is no model of.
		if (readdirSync(folder).length === 0) rmdirSync(folder);
	}
}

/** Fetch the files that are not here, then put them in place; what to record of them all. */
async function fetchAll(
	folder: string,
	files: readonly RemoteFile[],
	network: Network,
	onProgress: PullOptions['onProgress'] = () => {},
): Promise<ModelRecord['files']> {
	// Of another version of the same name nothing can be gone on with.
	const partial = (file: RemoteFile) => join(folder, `${file.name}.${file.digest.hex.slice(0, 16)}.part`);
	const missing: RemoteFile[] = [];
	for (const file of files) if (!(await isIntact(join(folder, file.name), file))) missing.push(file);
	const present = (file: RemoteFile) =>
		missing.includes(file) ? Math.min(file.bytes, sizeOf(partial(file)) ?? 0) : file.bytes;
	const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
	requireSpace(folder, total - files.reduce((sum, file) => sum + present(file), 0));
	for (const file of missing) {
		const others = files.reduce((sum, other) => sum + (other === file ? 0 : present(other)), 0);
		const report = (bytes: number) => onProgress({ file: file.name, done: others + bytes, total });
		await download(file, partial(file), network, report);
	}
	for (const file of missing)
		guard(`to write '${join(folder, file.name)}'`, () => renameSync(partial(file), join(folder, file.name)));
	const described: ModelRecord['files'] = [];
	for (const { name, bytes, digest } of files)
		described.push({ name, bytes, sha256: digest.kind === 'sha256' ? digest.hex : await sha256(join(folder, name)) });
	return described;
}

/** @throws AtelierError E_IO when the disk has too little room */
function requireSpace(folder: string, bytes: number): void {
	if (bytes === 0) return;
	const { bavail, bsize } = guard(`to know what is free in '${folder}'`, () => statfsSync(folder));
	const free = bavail * bsize;
	if (bytes + margin <= free) return;
	const gigabytes = (n: number) => `${(n / 1e9).toFixed(2)} GB`;
	throw new AtelierError(
		'E_IO',
		`expected ${gigabytes(bytes + margin)} free in '${folder}', got ${gigabytes(free)}; remove models (atelier models remove), or set ATELIER_CACHE to a folder on another disk`,
	);
}

/** Remove what belongs to an earlier version. */
function tidy(folder: string, { files }: ModelRecord): void {
	const kept = new Set([...files.map(({ name }) => name), recordName, 'lock']);
	for (const name of readdirSync(folder))
		if (!kept.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
}
