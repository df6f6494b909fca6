/** @file 3x3 projective maps of the plane, row-major: (x, y) -> ((m0 x + m1 y + m2) / w, (m3 x + m4 y + m5) / w), w = m6 x + m7 y + m8. Unit square to quadrilateral after Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, section 2.2.3. */

/** Nine numbers, row-major. */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

/** The affine map (x, y) -> (a x + b y + c, d x + e y + f). */
export function affine(a: number, b: number, c: number, d: number, e: number, f: number): Homography {
	return [a, b, c, d, e, f, 0, 0, 1];
}

/** The map that applies the last argument first, as matrices multiply. */
export function compose(...maps: Homography[]): Homography {
	return maps.reduce(([a, b, c, d, e, f, g, h, i], [p, q, r, s, t, u, v, w, x]) => [
		a * p + b * s + c * v,
		a * q + b * t + c * w,
		a * r + b * u + c * x,
		d * p + e * s + f * v,
		d * q + e * t + f * w,
		d * r + e * u + f * x,
		g * p + h * s + i * v,
		g * q + h * t + i * w,
		g * r + h * u + i * x,
	]);
}

/** The inverse map, up to scale (the adjugate), which is all a homography needs. */
export function invert([a, b, c, d, e, f, g, h, i]: Homography): Homography {
	return [
		e * i - f * h,
		c * h - b * i,
		b * f - c * e,
		f * g - d * i,
		a * i - c * g,
		c * d - a * f,
		d * h - e * g,
		b * g - a * h,
		a * e - b * d,
	];
}

/** A point of the plane. */
export type Point = readonly [x: number, y: number];

/** The map from the unit square onto a quadrilateral: (0,0), (1,0), (1,1), (0,1) go to the four corners in this order. */
export function squareToQuad(corners: readonly [Point, Point, Point, Point]): Homography {
	const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
	const sx = x0 - x1 + x2 - x3;
	const sy = y0 - y1 + y2 - y3;
	const dx1 = x1 - x2;
	const dy1 = y1 - y2;
	const dx2 = x3 - x2;
	const dy2 = y3 - y2;
	const det = dx1 * dy2 - dx2 * dy1;
	const g = (sx * dy2 - dx2 * sy) / det;
	const h = (dx1 * sy - sx * dy1) / det;
	return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
}

/** Where a point goes. */
export function mapPoint(m: Homography, x: number, y: number): Point {
	const w = m[6] * x + m[7] * y + m[8];
	return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

/** Scaled so that the denominator is 1 at a point; points with a positive denominator are then on that point's side of the horizon. */
export function normalised(m: Homography, x: number, y: number): Homography {
	const w = m[6] * x + m[7] * y + m[8];
	return m.map((v) => v / w) as unknown as Homography;
}

/** The longer of the images of the two unit steps at a point: how many target units one source unit spans there. */
export function localScale(m: Homography, x: number, y: number): number {
	const w = m[6] * x + m[7] * y + m[8];
	const [px, py] = mapPoint(m, x, y);
	const alongX = Math.hypot((m[0] - px * m[6]) / w, (m[3] - py * m[6]) / w);
	const alongY = Math.hypot((m[1] - px * m[7]) / w, (m[4] - py * m[7]) / w);
	return Math.max(alongX, alongY);
}
