/** @file What is told in passing, at the foot of the page. */

import { useEffect, useRef } from 'preact/hooks';
import { dismiss, toasts } from '../state/ui.js';
import { IconButton } from './icon.js';

export function Toasts() {
	const box = useRef<HTMLDivElement>(null);
	const newest = toasts.value.at(-1)?.id;
	useEffect(() => {
		// Over dialogs too: what was shown last is topmost.
		if (box.current?.matches(':popover-open')) box.current.hidePopover();
		if (newest !== undefined) box.current?.showPopover();
	}, [newest]);
	return (
		<div ref={box} class="toasts" role="status" aria-live="polite" popover="manual">
			{toasts.value.map(({ id, text, tone, action }) => (
				<div key={id} class={`toast toast-${tone}`}>
					<p>{text}</p>
					{action && (
						<button
							type="button"
							onClick={() => {
								action.run();
								dismiss(id);
							}}
						>
							{action.says}
						</button>
					)}
					<IconButton small name="close" label="Dismiss" onClick={() => dismiss(id)} />
				</div>
			))}
		</div>
	);
}
