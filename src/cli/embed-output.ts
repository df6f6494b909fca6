/** @file Embeddings to a file or stdout: JSON lines as they come, or a matrix of NumPy or safetensors at the end. */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { writeSafetensors } from '../encoders/safetensors.js';
import { guard, replaceFile } from '../files.js';

/** A picture by its path, or a text. */
export interface Embedded {
	readonly kind: 'image' | 'text';
	readonly name: string;
	readonly embedding: Float32Array;
}

/** Takes embeddings one by one. */
export interface EmbeddingSink {
	add(embedded: Embedded): void;
	/** Put the file in its place. */
	finish(): void;
	/** Leave no trace. */
	abandon(): void;
}

/** @param encoder whose name and hash a file of safetensors carries */
export function embeddingSink(
	format: 'jsonl' | 'npy' | 'safetensors',
	out: string | undefined,
	encoder: { readonly name: string; readonly hash: string; readonly width: number },
): EmbeddingSink {
	if (format === 'jsonl') return out === undefined ? jsonLinesTo(process.stdout) : jsonLinesIn(out);
	const rows: Embedded[] = [];
	return {
		add: (embedded) => void rows.push(embedded),
		finish() {
			const shape = [rows.length, encoder.width] as const;
			const data = new Float32Array(rows.length * encoder.width);
			rows.forEach(({ embedding }, i) => {
				data.set(embedding, i * encoder.width);
			});
			const names = JSON.stringify(rows.map(({ kind, name }) => ({ [kind]: name })));
			if (format === 'npy') {
				replaceFile(out!, npy(shape, data));
				replaceFile(`${out}.json`, `${names}\n`);
				return;
			}
			const metadata = { encoder: encoder.name, sha256: encoder.hash, rows: names };
			writeSafetensors(out!, new Map([['embeddings', { shape, data }]]), { metadata });
		},
		abandon() {},
	};
}

/** Nine digits tell every float32 from the next. */
const jsonLine = ({ kind, name, embedding }: Embedded): string =>
	`${JSON.stringify({ [kind]: name, embedding: Array.from(embedding, (x) => Number(x.toPrecision(9))) })}\n`;

const jsonLinesTo = (stream: NodeJS.WritableStream): EmbeddingSink => ({
	add: (embedded) => void stream.write(jsonLine(embedded)),
	finish() {},
	abandon() {},
});

function jsonLinesIn(path: string): EmbeddingSink {
	const temporary = `${path}.tmp`;
	const wanted = `to write '${path}'`;
	const file = guard(wanted, () => openSync(temporary, 'w'));
	let open = true;
	const close = () => {
		if (open) closeSync(file);
		open = false;
	};
	return {
		add: (embedded) => void guard(wanted, () => writeSync(file, jsonLine(embedded))),
		finish() {
			guard(wanted, () => {
				fsyncSync(file);
				close();
				renameSync(temporary, path);
			});
		},
		abandon() {
			close();
			rmSync(temporary, { force: true });
		},
	};
}

/** A float32 matrix as NumPy's save writes it, version 1.0 of its format. */
function npy([rows, columns]: readonly [number, number], data: Float32Array): Buffer {
	const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
	// Numbers begin at a multiple of 64 bytes.
	const length = Math.ceil((10 + text.length + 1) / 64) * 64;
	const header = Buffer.from(`\x93NUMPY\x01\x00\0\0${text.padEnd(length - 11)}\n`, 'latin1');
	header.writeUInt16LE(length - 10, 8);
	return Buffer.concat([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}
