/** @file `atelier embed`: what an encoder makes of pictures and texts, for search, clustering and the like. */

import { dirname, extname, resolve } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { oneOf, readArguments } from './arguments.js';
import { explain } from './dispatch.js';
import { embedInputs } from './embed-inputs.js';
import { embeddingSink } from './embed-output.js';
import { printable } from './printable.js';
import { Progress } from './progress.js';

const formats = ['jsonl', 'npy', 'safetensors'] as const;
type Format = (typeof formats)[number];

const args = {
	input: {
		type: 'positional',
		required: false,
		description: "Pictures (files, folders, 'patterns/*.png') and texts; what is no file is a text",
	},
	texts: { type: 'string', description: 'Texts, one a line; - for stdin; repeatable', valueHint: 'file' },
	encoder: { type: 'string', description: 'Encoder (builtin)', valueHint: 'name|folder|file' },
	out: { type: 'string', alias: 'o', description: 'Where to (stdout)', valueHint: 'file' },
	format: {
		type: 'string',
		description: 'jsonl: a line each (default); npy: a matrix, and a .json of its rows; safetensors',
		valueHint: 'name',
	},
	threads: { type: 'string', description: 'Threads (2)', valueHint: 'n' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

/** Pictures, and texts, that are embedded in one call. */
const batch = { images: 16, texts: 256 };

export default defineCommand({
	meta: { name: 'embed', description: 'Embed pictures and texts: pictures first, then texts, each of unit length' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const lists = flags.all('texts');
		if (flags.positionals.length === 0 && lists.length === 0)
			throw new AtelierError('E_ARGUMENT', "expected pictures or texts: atelier embed photos/ 'a red fox'");
		const out = flags.one('out');
		const format = oneOf('format', flags.one('format') ?? formatOf(out), formats) as Format;
		if (format !== 'jsonl' && out === undefined)
			throw new AtelierError('E_ARGUMENT', `expected -o with a file for --format ${format}, got none`);
		const threads = flags.whole('threads', 1, 256) ?? 2;

		const { images, texts, failures } = embedInputs(flags.positionals, lists);
		const total = images.length + texts.length;
		const progress = new Progress(process.stderr, flags.has('quiet') || total <= batch.images);
		let failed = 0;
		const fail = (error: AtelierError) => {
			failed++;
			progress.note(explain(error).line);
		};
		failures.forEach(fail);
		if (total === 0) return 1;

		const { loadEncoder } = await import('../encoders/load-encoder.js');
		const encoder = await loadEncoder(flags.one('encoder') ?? 'builtin', { threads });
		if (out !== undefined) makeFolder(dirname(resolve(out)));
		const sink = embeddingSink(format, out, encoder);
		let done = 0;
		const begun = performance.now();
		const tell = (n: number) => {
			done += n;
			progress.update(done, total, encoder.name, ((performance.now() - begun) / 1000 / done) * (total - done));
		};
		try {
			for (let at = 0; at < images.length; at += batch.images) {
				const part = images.slice(at, at + batch.images);
				const unread = new Set<number>();
				const embeddings = await encoder.encodeImages(part, (error, index) => {
					unread.add(index);
					fail(error);
				});
				const read = part.filter((_, i) => !unread.has(i));
				embeddings.forEach((embedding, i) => {
					sink.add({ kind: 'image', name: read[i]!, embedding });
				});
				tell(part.length);
			}
			for (let at = 0; at < texts.length; at += batch.texts) {
				const part = texts.slice(at, at + batch.texts);
				for (const text of part)
					if (encoder.isTruncated(text))
						progress.note(`warning: ${printable(`encoder '${encoder.name}' reads only the beginning of '${text}'`)}`);
				const embeddings = await encoder.encodeTexts(part);
				embeddings.forEach((embedding, i) => {
					sink.add({ kind: 'text', name: part[i]!, embedding });
				});
				tell(part.length);
			}
			sink.finish();
		} catch (error) {
			sink.abandon();
			throw error;
		} finally {
			progress.end();
			await encoder.close();
		}
		return failed > 0 ? 1 : 0;
	},
});

/** Formats by the endings of files. */
const endings: Readonly<Record<string, Format>> = {
	'': 'jsonl',
	'.jsonl': 'jsonl',
	'.ndjson': 'jsonl',
	'.npy': 'npy',
	'.safetensors': 'safetensors',
};

/** The format that a file's name asks for. @throws AtelierError E_ARGUMENT for an ending of none */
function formatOf(out = ''): Format {
	const ending = extname(out).toLowerCase();
	if (!Object.hasOwn(endings, ending))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected -o with a file that ends in ${Object.keys(endings).filter(Boolean).join(', ')}, got '${out}'; or say --format ${formats.join('|')}`,
		);
	return endings[ending]!;
}
