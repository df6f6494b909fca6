/** @file Many frames as one binary: a packet of the socket holds at most ten, and a run may have sixteen candidates of two frames each. */

import type { Frame, FrameHead, PackedFrames } from './protocol.js';

/** What says what a frame is, without its data. */
const headOf = ({ data: _, ...head }: Frame, bytes: number): FrameHead => ({ ...head, bytes });

/** The data of all, one behind the other. */
export function packFrames(list: readonly Frame[]): PackedFrames {
	const parts = list.map(({ data }) => new Uint8Array(data as ArrayBuffer));
	const data = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		data.set(part, at);
		at += part.length;
	}
	return { frames: list.map((frame, i) => headOf(frame, parts[i]!.length)), data };
}

/** The frames again, in their order. */
export function unpackFrames({ frames, data }: PackedFrames): Frame[] {
	const all = new Uint8Array(data as ArrayBuffer);
	let at = 0;
	return frames.map(({ bytes, ...head }) => {
		at += bytes;
		return { ...head, data: all.slice(at - bytes, at) };
	});
}
