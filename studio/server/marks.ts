/** @file What the studio knows of runs besides their folders: stars, where they were branched from, where those in the trash came from. */

import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readJson, replaceFile } from '../../src/files.js';
import { runId } from '../protocol.js';

const parent = z.object({ id: runId, step: z.int().min(0) });
const marksSchema = z.object({
	starred: z.array(runId).default([]),
	parents: z.record(z.string(), parent).default({}),
	/** Folder inside the outputs that each was in. */
	trash: z.record(z.string(), z.object({ from: z.string(), at: z.string() })).default({}),
});

export class Marks {
	readonly starred: Set<string>;
	readonly parents: Map<string, z.output<typeof parent>>;
	readonly trash: Map<string, { readonly from: string; readonly at: string }>;

	constructor(private readonly path: string) {
		const read = marksSchema.safeParse(readOrNothing(path));
		const { starred, parents, trash } = read.success ? read.data : marksSchema.parse({});
		this.starred = new Set(starred);
		this.parents = new Map(Object.entries(parents));
		this.trash = new Map(Object.entries(trash));
	}

	/** @throws AtelierError E_IO */
	save(): void {
		const { starred, parents, trash } = this;
		const marks = { starred: [...starred], parents: Object.fromEntries(parents), trash: Object.fromEntries(trash) };
		replaceFile(this.path, `${JSON.stringify(marks)}\n`);
	}
}

/** A damaged file costs stars, not the studio. */
function readOrNothing(path: string): unknown {
	try {
		return existsSync(path) ? readJson(path) : {};
	} catch {
		return {};
	}
}
