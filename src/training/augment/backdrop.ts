/** @file What lies behind the drawing: white, a pale or any colour, or a gradient of two, never close to the colour of the ink. */

import type { Random } from '../../random.js';

/** A backdrop: colour at the centre and its change from the centre to the edge along x and y. */
export interface Backdrop {
	readonly centre: Float32Array; // [3]
	readonly slopeX: Float32Array; // [3], for x in [-1, 1]
	readonly slopeY: Float32Array; // [3]
}

/** A backdrop to be filled again and again. */
export function createBackdrop(): Backdrop {
	return { centre: new Float32Array(3), slopeX: new Float32Array(3), slopeY: new Float32Array(3) };
}

/** Least root-mean-square difference over the channels between ink and backdrop. */
const leastContrast = 0.35;
/** Drawings in many colours carry their own outlines; on white they may come closer. */
const leastOnWhite = 0.2;

const first = new Float32Array(3);
const second = new Float32Array(3);

/**
 * Choose a backdrop: white 40 %, pale 20 %, any 20 %, gradient 20 %.
 *
 * @param ink mean colour of the drawing, [3] in [0, 1]
 * @param flat the drawing is in one colour only, so that contrast is all it has
 */
export function chooseBackdrop(ink: Float32Array, flat: boolean, random: Random, out: Backdrop): void {
	out.slopeX.fill(0);
	out.slopeY.fill(0);
	let choice = random.uniform();
	if (choice < 0.4) {
		out.centre.fill(1);
		if (contrast(ink, out.centre) >= (flat ? leastContrast : leastOnWhite)) return;
		choice = 0.4 + 0.6 * random.uniform();
	}
	const pale = choice < 0.6;
	pick(ink, pale, random, first);
	if (choice < 0.8) {
		out.centre.set(first);
		return;
	}
	pick(ink, random.chance(0.4), random, second);
	const angle = random.uniform(0, 2 * Math.PI);
	for (let c = 0; c < 3; c++) {
		const half = ((second[c] as number) - (first[c] as number)) / 2;
		out.centre[c] = (first[c] as number) + half;
		out.slopeX[c] = half * Math.cos(angle) * 0.8;
		out.slopeY[c] = half * Math.sin(angle) * 0.8;
	}
}

function pick(ink: Float32Array, pale: boolean, random: Random, out: Float32Array): void {
	for (let attempt = 0; attempt < 8; attempt++) {
		const low = pale && attempt < 4 ? 0.72 : 0;
		for (let c = 0; c < 3; c++) out[c] = random.uniform(low, 1);
		if (contrast(ink, out) >= leastContrast) return;
	}
	// Mid gray ink leaves little room: the farther end always has at least .5.
	out.fill((ink[0] as number) + (ink[1] as number) + (ink[2] as number) > 1.5 ? 0 : 1);
}

/** Root mean square difference of two colours. */
function contrast(a: Float32Array, b: Float32Array): number {
	const dr = (a[0] as number) - (b[0] as number);
	const dg = (a[1] as number) - (b[1] as number);
	const db = (a[2] as number) - (b[2] as number);
	return Math.sqrt((dr * dr + dg * dg + db * db) / 3);
}
