/** @file Reads SentencePiece's `.model` files (protobuf). Source: sentencepiece_model.proto. */

import { BinaryReader } from '@bufbuild/protobuf/wire';
import { badTokenizer } from './tokenizer.js';

export const pieceTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** A piece of text and the logarithm of its probability. */
export interface Piece {
	readonly text: string;
	readonly score: number;
	/** One of {@link pieceTypes}. */
	readonly type: number;
}

/** What a unigram model consists of. */
export interface SentencePieceModel {
	/** Their indices are the ids. */
	readonly pieces: readonly Piece[];
	readonly unknown: number;
	/** Ids below 0: none. */
	readonly bos: number;
	readonly eos: number;
	readonly pad: number;
	readonly byteFallback: boolean;
	readonly charsmap: Uint8Array;
	readonly addDummyPrefix: boolean;
	readonly removeExtraSpaces: boolean;
	readonly escapeSpaces: boolean;
	readonly spaceAsSuffix: boolean;
}

/** @throws E_CHECKPOINT when the bytes are no SentencePiece model, or one of another kind than unigram */
export function readSentencePieceModel(bytes: Uint8Array): SentencePieceModel {
	const pieces: Piece[] = [];
	// Proto's defaults.
	const trainer = { kind: 1, suffix: 0, bytes: 0, unknown: 0, bos: 1, eos: 2, pad: -1 };
	const normaliser = { charsmap: new Uint8Array(0) as Uint8Array, prefix: 1, extra: 1, escape: 1 };
	const trainerFields: Readonly<Record<number, keyof typeof trainer>> = {
		3: 'kind',
		24: 'suffix',
		35: 'bytes',
		40: 'unknown',
		41: 'bos',
		42: 'eos',
		43: 'pad',
	};
	const normaliserFields: Readonly<Record<number, 'prefix' | 'extra' | 'escape'>> = {
		3: 'prefix',
		4: 'extra',
		5: 'escape',
	};
	try {
		eachField(bytes, (field, reader) => {
			if (field === 1) pieces.push(readPiece(reader.bytes()));
			else if (field === 2)
				eachField(reader.bytes(), (inner, r) => {
					const name = trainerFields[inner];
					if (name === undefined) return false;
					trainer[name] = r.int32();
					return true;
				});
			else if (field === 3)
				eachField(reader.bytes(), (inner, r) => {
					const name = normaliserFields[inner];
					if (inner === 2) normaliser.charsmap = r.bytes();
					else if (name !== undefined) normaliser[name] = r.int32();
					else return false;
					return true;
				});
			else return false;
			return true;
		});
	} catch (cause) {
		throw badTokenizer(`expected a SentencePiece model, got: ${(cause as Error).message}`, cause);
	}
	if (trainer.kind !== 1)
		throw badTokenizer(
			`expected a unigram model, got SentencePiece's kind ${trainer.kind}; put the tokenizer.json of the same model beside it`,
		);
	if (pieces[trainer.unknown]?.type !== pieceTypes.unknown)
		throw badTokenizer(`expected a SentencePiece model with a piece for what is unknown, got ${pieces.length} pieces`);
	const beyond = [trainer.bos, trainer.eos, trainer.pad].find((id) => id >= pieces.length);
	if (beyond !== undefined)
		throw badTokenizer(
			`expected special pieces among the ${pieces.length} of the SentencePiece model, got id ${beyond}`,
		);
	return {
		pieces,
		unknown: trainer.unknown,
		bos: trainer.bos,
		eos: trainer.eos,
		pad: trainer.pad,
		byteFallback: trainer.bytes !== 0,
		charsmap: normaliser.charsmap,
		addDummyPrefix: normaliser.prefix !== 0,
		removeExtraSpaces: normaliser.extra !== 0,
		escapeSpaces: normaliser.escape !== 0,
		spaceAsSuffix: trainer.suffix !== 0,
	};
}

/** Go over the fields of a message; `read` says whether it took the field. */
function eachField(bytes: Uint8Array, read: (field: number, reader: BinaryReader) => boolean): void {
	const reader = new BinaryReader(bytes);
	while (reader.pos < reader.len) {
		const [field, wire] = reader.tag();
		if (!read(field, reader)) reader.skip(wire, field);
	}
}

function readPiece(bytes: Uint8Array): Piece {
	let text = '';
	let score = 0;
	let type: number = pieceTypes.normal;
	eachField(bytes, (field, reader) => {
		if (field === 1) text = reader.string();
		else if (field === 2) score = reader.float();
		else if (field === 3) type = reader.int32();
		else return false;
		return true;
	});
	return { text, score, type };
}
