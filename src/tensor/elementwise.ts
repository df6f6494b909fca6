/** @file Elementwise ops with NumPy broadcasting, and the reductions that undo a broadcast. */

import { AtelierError } from '../errors.js';
import { apply, constant, defineOp, type Shape, sameShape, type Tensor } from './tensor.js';

/** A tensor or a plain number. */
export type Operand = Tensor | number;

const lift = (x: Operand): Tensor => (typeof x === 'number' ? constant(x) : x);

/** Common shape of two operands under NumPy broadcasting. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
	const rank = Math.max(a.length, b.length);
	const out: number[] = [];
	for (let i = 0; i < rank; i++) {
		const da = a[a.length - rank + i] ?? 1;
		const db = b[b.length - rank + i] ?? 1;
		if (da !== db && da !== 1 && db !== 1)
			throw new AtelierError('E_SHAPE', `expected shapes that broadcast, got [${a}] and [${b}]`);
		out.push(da === 1 ? db : da);
	}
	return out;
}

/** Sum a gradient over the axes that broadcasting repeated, so that it has `shape` again. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
	if (sameShape(x.shape, shape)) return x;
	const lead = x.rank - shape.length;
	const axes = x.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
	return reshape(axes.length > 0 ? sum(x, axes, true) : x, shape);
}

function binary(name: string, doc: string, gradient: (a: Tensor, b: Tensor, d: Tensor, y: Tensor) => [Tensor, Tensor]) {
	defineOp(name, {
		doc,
		shape: ([a, b]) => broadcastShapes(a!.shape, b!.shape),
		gradient: (node, d) => {
			const [a, b] = node.inputs as [Tensor, Tensor];
			const [da, db] = gradient(a, b, d, node);
			return [sumTo(da, a.shape), sumTo(db, b.shape)];
		},
	});
	return (a: Operand, b: Operand): Tensor => apply(name, [lift(a), lift(b)]);
}

function unary(name: string, doc: string, gradient?: (x: Tensor, d: Tensor, y: Tensor) => Tensor | undefined) {
	defineOp(name, {
		doc,
		shape: ([x]) => x!.shape,
		...(gradient && { gradient: (node: Tensor, d: Tensor) => [gradient(node.inputs[0]!, d, node)] }),
	});
	return (x: Tensor): Tensor => apply(name, [x]);
}

/** a + b */
export const add = binary('add', 'a + b', (_a, _b, d) => [d, d]);
/** a - b */
export const sub = binary('sub', 'a - b', (_a, _b, d) => [d, neg(d)]);
/** a * b */
export const mul = binary('mul', 'a * b', (a, b, d) => [mul(d, b), mul(d, a)]);
/** a / b */
export const div = binary('div', 'a / b', (_a, b, d, y) => [div(d, b), neg(div(mul(d, y), b))]);
/** max(a, b); the gradient of a tie goes to a. */
export const maximum = binary('maximum', 'max(a, b)', (a, b, d) => {
	const toB = mul(d, greater(b, a));
	return [sub(d, toB), toB];
});
/** min(a, b); the gradient of a tie goes to a. */
export const minimum = binary('minimum', 'min(a, b)', (a, b, d) => {
	const toB = mul(d, greater(a, b));
	return [sub(d, toB), toB];
});

defineOp('greater', {
	doc: '1 where a > b, else 0; no gradient',
	shape: ([a, b]) => broadcastShapes(a!.shape, b!.shape),
	gradient: () => [undefined, undefined],
});
/** 1 where a > b, else 0. */
export const greater = (a: Operand, b: Operand): Tensor => apply('greater', [lift(a), lift(b)]);

/** -x */
export const neg = unary('neg', '-x', (_x, d) => neg(d));
/** e^x */
export const exp = unary('exp', 'e^x', (_x, d, y) => mul(d, y));
/** Natural logarithm. */
export const log = unary('log', 'ln x', (x, d) => div(d, x));
/** Square root. */
export const sqrt = unary('sqrt', 'square root', (_x, d, y) => div(mul(d, 0.5), y));
/** |x|, with gradient 0 at 0. */
export const abs = unary('abs', '|x|', (x, d) => mul(d, sign(x)));
/** -1, 0 or 1. */
export const sign = unary('sign', '-1, 0 or 1; no gradient', () => undefined);
/** max(x, 0) */
export const relu = unary('relu', 'max(x, 0)', (_x, d, y) => mul(d, greater(y, 0)));
/** 1 / (1 + e^-x) */
export const sigmoid = unary('sigmoid', '1 / (1 + e^-x)', (_x, d, y) => mul(d, sub(y, mul(y, y))));
/** Hyperbolic tangent. */
export const tanh = unary('tanh', 'hyperbolic tangent', (_x, d, y) => mul(d, sub(1, mul(y, y))));
/** Error function. */
export const erf = unary('erf', 'error function; derivative 2/sqrt(pi) e^(-x^2)', (x, d) =>
	mul(d, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
);
/** x, through which no gradient flows. */
export const stopGradient = unary('stopGradient', 'x, with no gradient', () => undefined);

defineOp('swish', {
	doc: 'x * sigmoid(beta x): SiLU for beta 1, QuickGELU for beta 1.702',
	shape: ([x]) => x!.shape,
	// y' = s + beta y (1 - s), with s = sigmoid(beta x): reuses y.
	gradient: (node, d) => {
		const x = node.inputs[0]!;
		const beta = node.attributes.beta as number;
		const s = sigmoid(beta === 1 ? x : mul(x, beta));
		const inner = mul(node, sub(1, s));
		return [mul(d, add(s, beta === 1 ? inner : mul(inner, beta)))];
	},
});
/** x * sigmoid(beta x). */
export const swish = (x: Tensor, beta: number): Tensor => apply('swish', [x], { beta });
/** SiLU: x * sigmoid(x). */
export const silu = (x: Tensor): Tensor => swish(x, 1);
/** QuickGELU of OpenAI's CLIP: x * sigmoid(1.702 x). */
export const quickGelu = (x: Tensor): Tensor => swish(x, 1.702);
/** Exact GELU: x/2 (1 + erf(x / sqrt 2)). */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
/** GELU's tanh form: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
export const geluTanh = (x: Tensor): Tensor =>
	mul(mul(x, 0.5), add(tanh(mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI))), 1));
/** x^2 */
export const square = (x: Tensor): Tensor => mul(x, x);

/** Axes as sorted non-negative numbers; undefined means all. */
function normaliseAxes(rank: number, axes?: readonly number[]): number[] {
	const list = (axes ?? Array.from({ length: rank }, (_, i) => i)).map((a) => (a < 0 ? a + rank : a));
	if (list.some((a) => a < 0 || a >= rank))
		throw new AtelierError('E_SHAPE', `expected axes of a rank-${rank} tensor, got [${axes}]`);
	return [...new Set(list)].sort((a, b) => a - b);
}

function reduction(name: string, doc: string, gradient: (x: Tensor, axes: number[], d: Tensor, y: Tensor) => Tensor) {
	defineOp(name, {
		doc,
		shape: ([x], { axes, keep }) => {
			const set = axes as readonly number[];
			return keep ? x!.shape.map((d, i) => (set.includes(i) ? 1 : d)) : x!.shape.filter((_, i) => !set.includes(i));
		},
		gradient: (node, d) => {
			const x = node.inputs[0]!;
			const axes = node.attributes.axes as number[];
			const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
			return [gradient(x, axes, reshape(d, kept), reshape(node, kept))];
		},
	});
	return (x: Tensor, axes?: readonly number[], keep = false): Tensor =>
		apply(name, [x], { axes: normaliseAxes(x.rank, axes), keep });
}

const count = (x: Tensor, axes: readonly number[]) => axes.reduce((n, a) => n * x.shape[a]!, 1);

/** Sum over axes (default: all). */
export const sum = reduction('sum', 'sum over axes', (x, _axes, d) => broadcastTo(d, x.shape));
/** Mean over axes (default: all). */
export const mean = reduction('mean', 'mean over axes', (x, axes, d) =>
	broadcastTo(mul(d, 1 / count(x, axes)), x.shape),
);
/** Maximum over axes (default: all); ties share the gradient. */
export const max = reduction('max', 'maximum over axes', (x, axes, d, y) => {
	const hit = sub(1, greater(y, x));
	return mul(hit, div(d, sum(hit, axes, true)));
});

defineOp('reshape', {
	doc: 'the same numbers in the same order under another shape',
	shape: ([x], { shape }) => {
		const target = shape as Shape;
		if (x!.size !== target.reduce((a, b) => a * b, 1))
			throw new AtelierError('E_SHAPE', `expected a shape of ${x!.size} numbers for [${x!.shape}], got [${target}]`);
		return target;
	},
	gradient: (node, d) => [reshape(d, node.inputs[0]!.shape)],
});
/** The same numbers under another shape; one dimension may be -1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
	const known = shape.reduce((a, b) => (b === -1 ? a : a * b), 1);
	const target = shape.map((d) => (d === -1 ? x.size / known : d));
	return sameShape(x.shape, target) ? x : apply('reshape', [x], { shape: target });
}

defineOp('broadcastTo', {
	doc: 'repeat along axes of size 1 (and new leading axes) up to a shape',
	shape: ([x], { shape }) => {
		if (!sameShape(broadcastShapes(x!.shape, shape as Shape), shape as Shape))
			throw new AtelierError('E_SHAPE', `expected a shape that [${x!.shape}] broadcasts to, got [${shape}]`);
		return shape as Shape;
	},
	gradient: (node, d) => [sumTo(d, node.inputs[0]!.shape)],
});
/** Repeat up to a shape, NumPy rules. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
	return sameShape(x.shape, shape) ? x : apply('broadcastTo', [x], { shape });
}
