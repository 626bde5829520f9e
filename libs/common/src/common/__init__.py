"""What every SALWatch service stands on; no word of any service's business."""
