/** @file SentencePiece's unigram encoding: normalise, then the most probable way to put the text together from pieces. Source: Kudo 2018; sentencepiece normalizer.cc, unigram_model.cc. */

import { readCharsmap, utf8Length } from './charsmap.js';
import { pieceTypes, type SentencePieceModel } from './sentencepiece-model.js';

/** Stands for a space. */
const SPACE = '\u2581';
/** By how much an unknown character is less probable than the least probable piece. */
const unknownPenalty = 10;

/** Normalises a text as the model was trained: mapped characters, spaces collapsed and written as U+2581. */
export function unigramNormaliser(model: SentencePieceModel): (text: string) => string {
	const map = readCharsmap(model.charsmap);
	const kept = model.pieces
		.filter((p) => p.type === pieceTypes.userDefined && p.text !== '')
		.map((p) => new TextEncoder().encode(p.text))
		.sort((a, b) => b.length - a.length);
	const encoder = new TextEncoder();
	const space = model.escapeSpaces ? SPACE : ' ';
	/** The next characters and what they become. Pieces that the user defined are left as they are. */
	const next = (bytes: Uint8Array, at: number): { text: Uint8Array; length: number } => {
		const whole = kept.find((piece) => piece.every((b, i) => bytes[at + i] === b));
		if (whole) return { text: whole, length: whole.length };
		const length = utf8Length(bytes[at]!);
		return map(bytes, at) ?? { text: bytes.subarray(at, at + length), length };
	};
	return (text) => {
		const bytes = encoder.encode(text);
		const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
		let out = '';
		let afterSpace = model.removeExtraSpaces;
		for (let at = 0; at < bytes.length; ) {
			const { text: part, length } = next(bytes, at);
			at += length;
			let mapped = decoder.decode(part);
			if (afterSpace) mapped = mapped.replace(/^ +/, '');
			if (mapped === '') continue;
			out += mapped.replaceAll(' ', space);
			afterSpace = model.removeExtraSpaces && mapped.endsWith(' ');
		}
		while (model.removeExtraSpaces && out.endsWith(space)) out = out.slice(0, -space.length);
		if (out === '' || !model.addDummyPrefix) return out;
		return model.spaceAsSuffix ? out + space : space + out;
	};
}

/** Ids of a normalised text; unknown characters that follow each other are one. */
export function unigramEncoder(model: SentencePieceModel): (text: string) => number[] {
	const { pieces, unknown, byteFallback } = model;
	const ids = new Map<string, number>();
	const byteIds = new Map<number, number>();
	let longest = 1;
	let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	pieces.forEach(({ text, score, type }, id) => {
		if (type === pieceTypes.byte) byteIds.set(Number.parseInt(text.slice(3, 5), 16), id);
		if (type === pieceTypes.normal) [least, most] = [Math.min(least, score), Math.max(most, score)];
		if (type !== pieceTypes.normal && type !== pieceTypes.userDefined) return;
		ids.set(text, id);
		longest = Math.max(longest, [...text].length);
	});
	const scores = pieces.map((p) => Math.fround(p.score));
	const bytesOf = new TextEncoder();

	return (text) => {
		const letters = [...text];
		// The best way to each end: single precision, as in the original, so that ties fall alike.
		const best = new Float32Array(letters.length + 1).fill(Number.NEGATIVE_INFINITY);
		const from = new Int32Array(letters.length + 1);
		const last = new Int32Array(letters.length + 1);
		best[0] = 0;
		const offer = (start: number, end: number, id: number, score: number) => {
			const sum = Math.fround(Math.fround(score) + best[start]!);
			if (sum <= best[end]!) return;
			best[end] = sum;
			from[end] = start;
			last[end] = id;
		};
		for (let start = 0; start < letters.length; start++) {
			let piece = '';
			let single = false;
			for (let end = start + 1; end <= Math.min(letters.length, start + longest); end++) {
				piece += letters[end - 1];
				const id = ids.get(piece);
				if (id === undefined) continue;
				single ||= end === start + 1;
				const chosen = pieces[id]!.type === pieceTypes.userDefined;
				offer(start, end, id, chosen ? bytesOf.encode(piece).length * most - 0.1 : scores[id]!);
			}
			if (!single) offer(start, start + 1, unknown, least - unknownPenalty);
		}
		const out: number[] = [];
		for (let end = letters.length; end > 0; end = from[end]!) {
			const id = last[end]!;
			if (id === unknown && byteFallback)
				out.push(...[...bytesOf.encode(letters[end - 1])].reverse().map((b) => byteIds.get(b) ?? unknown));
			else if (id !== unknown || out.at(-1) !== unknown) out.push(id);
		}
		return out.reverse();
	};
}
