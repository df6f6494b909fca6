/**
 * @file All finished runs in the outputs, whoever has drawn them, cells of batches too. Ids lead to folders through a map that is
 * made from what lies there, never by a path made from a request.
 */

import { existsSync, renameSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { guard } from '../../src/files.js';
import { makeFolder } from '../../src/folders.js';
import { type OutputInfo, runId } from '../protocol.js';
import type { Marks } from './marks.js';
import { type Output, readOutput, writtenAt } from './output.js';
import { HttpProblem, notFound } from './problem.js';
import type { Uploads } from './uploads.js';

/** Milliseconds for which a look at the folders is good. */
const freshFor = 2000;
/** Folders that are read at once. */
const atOnce = 16;

export type OutputChange = { readonly id: string; readonly change: 'added' | 'changed' | 'removed' };

export class Gallery {
	private outputs = new Map<string, Output>();
	private looked = Number.NEGATIVE_INFINITY;
	private looking: Promise<void> | undefined;
	/** The look after the one that is under way. */
	private next: Promise<void> | undefined;
	private readonly trashFolder: string;

	constructor(
		private readonly options: {
			readonly outputs: string;
			/** The studio's own folder in it. */
			readonly own: string;
			readonly marks: Marks;
			readonly uploads: Uploads;
			/** Whether a run is still being drawn by the studio. */
			isUnfinished(id: string): boolean;
			onChange(change: OutputChange): void;
		},
	) {
		this.trashFolder = join(options.own, 'trash');
		makeFolder(this.trashFolder);
	}

	/** All of them, newest first; of the trash those that were thrown away last. */
	async list(trash = false): Promise<OutputInfo[]> {
		if (trash) return this.inTrash();
		await this.look();
		return [...this.outputs.values()]
			.filter(({ info }) => !this.options.isUnfinished(info.id))
			.sort((a, b) => b.at - a.at || (a.info.id < b.info.id ? 1 : -1))
			.map((output) => this.marked(output.info));
	}

	/** @throws HttpProblem E_NOT_FOUND */
	async find(id: string): Promise<Output> {
		let found = this.outputs.get(id);
		if (!found || !existsSync(found.path)) {
			await this.look(true);
			found = this.outputs.get(id);
		}
		if (!found || this.options.isUnfinished(id)) throw notFound(`run '${id}'`);
		return { ...found, info: this.marked(found.info) };
	}

	/** As {@link find}, in the trash too. */
	async findAnywhere(id: string): Promise<Output> {
		const thrown = this.options.marks.trash.has(id) && (await this.read(id, join(this.trashFolder, id)));
		return thrown || this.find(id);
	}

	/** Folder of a finished run that was seen; undefined when there is none. */
	folderOf(id: string): string | undefined {
		return this.outputs.get(id)?.path;
	}

	/** Folders and times of all, for the search. */
	get all(): readonly Output[] {
		return [...this.outputs.values()];
	}

	/** A run of the studio has ended. */
	async ended(id: string): Promise<void> {
		await this.look(true);
		if (this.outputs.has(id)) this.options.onChange({ id, change: 'changed' });
	}

	async star(id: string, starred: boolean): Promise<OutputInfo> {
		await this.find(id);
		const { marks } = this.options;
		if (starred) marks.starred.add(id);
		else marks.starred.delete(id);
		marks.save();
		this.options.onChange({ id, change: 'changed' });
		return (await this.find(id)).info;
	}

	/** Into the trash, where it stays until it is restored or the trash is emptied. */
	async remove(id: string): Promise<void> {
		const { path } = await this.find(id);
		const { marks, outputs } = this.options;
		marks.trash.set(id, { from: relative(outputs, path), at: new Date().toISOString() });
		marks.save();
		guard(`to move '${id}' to the trash`, () => renameSync(path, join(this.trashFolder, id)));
		this.outputs.delete(id);
		this.options.onChange({ id, change: 'removed' });
	}

	/** @throws HttpProblem E_NOT_FOUND, E_STATE when there is another run of its name */
	async restore(id: string): Promise<OutputInfo> {
		const { marks, outputs } = this.options;
		const thrown = marks.trash.get(id);
		if (!thrown || !existsSync(join(this.trashFolder, id))) throw notFound(`run '${id}' in the trash`);
		const path = join(outputs, thrown.from);
		if (existsSync(path)) throw new HttpProblem(409, 'E_STATE', `there is another run '${id}' by now`);
		guard(`to restore '${id}'`, () => renameSync(join(this.trashFolder, id), path));
		marks.trash.delete(id);
		marks.save();
		await this.look(true);
		return (await this.find(id)).info;
	}

	/** What is in the trash is gone for good then. */
	async emptyTrash(): Promise<void> {
		const { marks } = this.options;
		for (const id of [...marks.trash.keys()]) {
			await rm(join(this.trashFolder, id), { recursive: true, force: true });
			marks.trash.delete(id);
			marks.starred.delete(id);
			marks.parents.delete(id);
			marks.save();
			this.options.onChange({ id, change: 'removed' });
		}
	}

	/** Look at the folders, unless that was done just now; anew: a look that begins after this call. */
	private look(anew = false): Promise<void> {
		if (this.looking) {
			if (!anew) return this.next ?? this.looking;
			this.next ??= this.looking.then(() => {
				this.next = undefined;
				return this.look(true);
			});
			return this.next;
		}
		if (!anew && performance.now() - this.looked < freshFor) return Promise.resolve();
		this.looking = this.scan().finally(() => {
			this.looking = undefined;
			this.looked = performance.now();
		});
		return this.looking;
	}

	private async scan(): Promise<void> {
		const { outputs } = this.options;
		const found = new Map<string, Output>();
		const paths: [id: string, path: string][] = [];
		for (const name of await foldersIn(outputs)) {
			const path = join(outputs, name);
			paths.push([name, path]);
			if (!existsSync(join(path, 'batch.json'))) continue;
			for (const cell of await foldersIn(path)) paths.push([`${name}~${cell}`, join(path, cell)]);
		}
		const read = async () => {
			for (let next = paths.pop(); next; next = paths.pop()) {
				const output = await this.read(...next);
				if (output) found.set(output.info.id, output);
			}
		};
		await Promise.all(Array.from({ length: atOnce }, read));
		const before = this.outputs;
		this.outputs = found;
		if (this.looked === Number.NEGATIVE_INFINITY) return;
		for (const id of found.keys()) if (!before.has(id)) this.options.onChange({ id, change: 'added' });
		for (const id of before.keys()) if (!found.has(id)) this.options.onChange({ id, change: 'removed' });
	}

	/** A folder whose name cannot be an id has none, and is not shown. */
	private async read(id: string, path: string): Promise<Output | undefined> {
		if (!runId.safeParse(id).success) return undefined;
		const at = await writtenAt(path);
		if (at === undefined) return undefined;
		const known = this.outputs.get(id);
		if (known && known.at === at && known.path === path) return known;
		return readOutput(id, path, at, this.options.uploads).catch(() => undefined);
	}

	private async inTrash(): Promise<OutputInfo[]> {
		const thrown = [...this.options.marks.trash].sort(([, a], [, b]) => (a.at < b.at ? 1 : -1));
		const read = await Promise.all(thrown.map(([id]) => this.read(id, join(this.trashFolder, id))));
		return read.flatMap((output) => (output ? [this.marked(output.info)] : []));
	}

	private marked(info: OutputInfo): OutputInfo {
		const parent = this.options.marks.parents.get(info.id);
		return { ...info, starred: this.options.marks.starred.has(info.id), ...(parent && { parent }) };
	}
}

/** Names of the folders in a folder; not hidden ones, and no links. */
async function foldersIn(path: string): Promise<string[]> {
	const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
	return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
}
