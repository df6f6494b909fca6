/** @file What has happened to the cells of a batch, one line each, flushed to the disk before anything builds on it. */

import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { guard, readTextFile } from '../files.js';

const lineSchema = z.discriminatedUnion('event', [
	/** A cell was drawn up to a step, to its last or to where cells are compared. */
	z.object({
		event: z.literal('reached'),
		hash: z.string(),
		step: z.int(),
		value: z.number(),
		scores: z.array(z.number()),
		seconds: z.number(),
	}),
	z.object({ event: z.literal('failed'), hash: z.string(), code: z.string().optional(), message: z.string() }),
	/** A second encoder has looked at a finished cell. */
	z.object({ event: z.literal('judged'), hash: z.string(), judge: z.string(), likeness: z.number() }),
	/** The folder was removed on purpose. */
	z.object({ event: z.literal('pruned'), hash: z.string() }),
]);

/** A line of the journal. */
export type JournalLine = z.output<typeof lineSchema>;

/** A journal, read once and then written to. */
export class Journal {
	private constructor(
		private readonly file: number,
		private readonly path: string,
		/** All that was there, and all that was added. */
		readonly lines: JournalLine[],
	) {}

	/** Open or begin a journal; lines that are cut off or no lines of a journal are passed over. @throws AtelierError E_IO */
	static open(path: string): Journal {
		const text = existsSync(path) ? readTextFile(path) : '';
		const file = guard(`to write to '${path}'`, () => openSync(path, 'a'));
		const journal = new Journal(file, path, text.split('\n').flatMap(readLine));
		// What comes next is a line of its own.
		if (text !== '' && !text.endsWith('\n')) journal.write('\n');
		return journal;
	}

	/** Add a line; it is on the disk when this returns. @throws AtelierError E_IO */
	add(line: JournalLine): void {
		this.write(`${JSON.stringify(line)}\n`);
		this.lines.push(line);
	}

	close(): void {
		closeSync(this.file);
	}

	private write(text: string): void {
		guard(`to write to '${this.path}'`, () => {
			writeSync(this.file, text);
			fsyncSync(this.file);
		});
	}
}

function readLine(text: string): JournalLine[] {
	try {
		return [lineSchema.parse(JSON.parse(text))];
	} catch {
		return [];
	}
}
