/** @file What is on a picture of plain colours: connected patches of one exact colour, and the nearest colour word. */

/** RGB bytes of a square picture, row by row. */
export interface Pixels {
	readonly data: Uint8Array;
	readonly side: number;
}

/** A connected patch of one exact colour. */
export interface Blob {
	/** `255,0,0`. */
	readonly color: string;
	readonly pixels: number;
	/** Where its pixels are: y * side + x each. */
	readonly places: readonly number[];
	readonly x: number;
	readonly y: number;
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/** The exact colour of a pixel: `255,0,0`. */
export const colorAt = ({ data }: Pixels, i: number): string => data.subarray(i * 3, i * 3 + 3).join(',');

/** The patches that do not have a colour of the background, which is that of the first and the last pixel; blends along edges, one pixel wide, are none. */
export function blobsOf(picture: Pixels): Blob[] {
	const { data, side } = picture;
	const all = side * side;
	const colors = Uint32Array.from(
		{ length: all },
		(_, i) => data[i * 3]! * 65536 + data[i * 3 + 1]! * 256 + data[i * 3 + 2]!,
	);
	const seen = new Uint8Array(all);
	const blobs: Blob[] = [];
	for (let start = 0; start < all; start++) {
		const color = colors[start];
		if (seen[start] || color === colors[0] || color === colors[all - 1]) continue;
		const patch = [start];
		seen[start] = 1;
		let thick = false;
		for (let next = 0; next < patch.length; next++) {
			const i = patch[next]!;
			const x = i % side;
			const same = (j: number, inside: boolean) => inside && colors[j] === color;
			const [right, down] = [same(i + 1, x < side - 1), same(i + side, i < all - side)];
			thick ||= right && down && colors[i + side + 1] === color;
			const around = [
				[i - 1, same(i - 1, x > 0)],
				[i + 1, right],
				[i - side, same(i - side, i >= side)],
				[i + side, down],
			] as const;
			for (const [j, joined] of around)
				if (joined && !seen[j]) {
					seen[j] = 1;
					patch.push(j);
				}
		}
		if (!thick) continue;
		const xs = patch.map((i) => i % side);
		const ys = patch.map((i) => Math.floor(i / side));
		const mean = (list: number[]) => list.reduce((sum, v) => sum + v, 0) / list.length;
		blobs.push({
			color: colorAt(picture, start),
			pixels: patch.length,
			places: patch,
			x: mean(xs),
			y: mean(ys),
			left: Math.min(...xs),
			right: Math.max(...xs),
			top: Math.min(...ys),
			bottom: Math.max(...ys),
		});
	}
	return blobs;
}

/** What people call these, from CSS's and X11's named colours; several for words that span much. */
const named: readonly (readonly [word: string, colors: string])[] = [
	['red', 'ff0000 dc143c cd2626 e31a1c'],
	['orange', 'ffa500 ff8c00 ff7f24 ee7600'],
	['yellow', 'ffff00 ffd700 eec900 fce94f'],
	['green', '008000 228b22 32cd32 3cb371 00aa33'],
	['blue', '0000ff 4169e1 1e90ff 0044aa 2255dd'],
	['purple', '800080 9932cc 8a2be2 663399'],
	['pink', 'ffc0cb ff69b4 ffb6c1 ee799f'],
	['brown', '8b4513 a0522d 5c3317 734a12'],
	['black', '000000 111111 0a1414 1a0f14'],
	['gray', '808080 696969 a9a9a9 777788 887788'],
	['white', 'ffffff f5f5f5 eeeeff'],
	['turquoise', '40e0d0 00ced1 20b2aa 008b8b'],
];
const references = named.flatMap(([word, list]) =>
	list.split(' ').map((hex) => [word, lab([0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)))] as const),
);

/** The word for a colour `r,g,b`: that of the nearest of a table of named colours, in CIELAB. */
export function wordOf(color: string): string {
	const own = lab(color.split(',').map(Number));
	let best = '';
	let least = Number.POSITIVE_INFINITY;
	for (const [word, reference] of references) {
		const distance = Math.hypot(...own.map((v, i) => v - reference[i]!));
		if (distance >= least) continue;
		least = distance;
		best = word;
	}
	return best;
}

/** CIELAB of sRGB bytes, white of D65. */
function lab(rgb: readonly number[]): number[] {
	const [r = 0, g = 0, b = 0] = rgb.map((v) =>
		v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
	);
	const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
	const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
	const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
	const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
