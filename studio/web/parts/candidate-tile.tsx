/** @file One of several drawings that are drawn together. */

import { useEffect, useRef } from 'preact/hooks';
import { Easel } from '../easel.js';
import { onPicture, pictureOf } from '../state/live.js';
import { Icon } from './icon.js';

interface Props {
	readonly candidate: number;
	readonly ratio: number;
	readonly best: boolean;
	readonly picked: boolean;
	/** Whether it can be picked still. */
	readonly open: boolean;
	readonly onPick: () => void;
}

export function CandidateTile({ candidate, ratio, best, picked, open, onPick }: Props) {
	const canvas = useRef<HTMLCanvasElement>(null);
	useEffect(() => {
		const easel = new Easel(canvas.current!);
		easel.show(pictureOf(candidate));
		const stop = onPicture((which) => which === candidate && easel.show(pictureOf(candidate)));
		return () => {
			stop();
			easel.close();
		};
	}, [candidate]);
	return (
		<li class="candidate">
			<button
				type="button"
				disabled={!open}
				aria-pressed={picked}
				aria-label={`Drawing ${candidate + 1}${best ? ', leads' : ''}`}
				onClick={onPick}
			>
				<canvas ref={canvas} class="candidate-canvas" width={ratio * 200} height={200} />
				{open && (
					<span class="candidate-mark">
						<Icon name="check" />
					</span>
				)}
				{best && <span class="candidate-best">leads</span>}
			</button>
		</li>
	);
}
